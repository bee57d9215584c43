#!/usr/bin/env node
// Plain JavaScript on purpose: it must start on any Node, in a checkout that is not built yet, and say what is missing.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const required = [22, 13]
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isSupported = major > required[0] || (major === required[0] && minor >= required[1])

/** @param {string} relative */
const here = (relative) => fileURLToPath(new URL(relative, import.meta.url))

const workspaceNode = here('../../../node_modules/.bin/node')
const canSwitchNode = existsSync(workspaceNode) && process.env.MFM_NODE_CHOSEN !== '1'

const runOnWorkspaceNode = () => {
  const child = spawn(workspaceNode, [here('./mfm.js'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, MFM_NODE_CHOSEN: '1' },
  })
  process.on('SIGINT', () => {
    // The terminal sends it to the child as well, which decides how to end.
  })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => refuse([`mfm could not start its Node: ${error.message}`]))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}

/** @param {readonly string[]} lines */
const refuse = (lines) => {
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exitCode = 1
}

if (isSupported) {
  const main = new URL('../dist/main.js', import.meta.url)
  if (existsSync(main)) await import(main.href)
  else
    refuse(['mfm is not built yet.', '', 'In a checkout, run:  npm run bootstrap && npm run build'])
} else if (canSwitchNode) {
  runOnWorkspaceNode()
} else {
  refuse([
    `mfm needs Node ${required.join('.')} or newer; this is Node ${process.versions.node}.`,
    '',
    'Install a current Node, or, in a checkout, let it bring its own:  npm run bootstrap',
  ])
}
