#!/usr/bin/env node
// Plain JavaScript on purpose: it must start on any Node, in a checkout that is not built yet, and say what is missing.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const required = [22, 13]
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isSupported = major > required[0] || (major === required[0] && minor >= required[1])

/** @param {string} relative */
const here = (relative) => fileURLToPath(new URL(relative, import.meta.url))

const runOnWorkspaceNode = () => {
  const node = here('../../../node_modules/.bin/node')
  if (!existsSync(node) || process.env.MFM_NODE_CHOSEN === '1') return false
  const child = spawnSync(node, [here('./mfm.js'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, MFM_NODE_CHOSEN: '1' },
  })
  if (child.error) return false
  if (child.signal) process.kill(process.pid, child.signal)
  else process.exitCode = child.status ?? 1
  return true
}

const refuse = (lines) => {
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exitCode = 1
}

if (isSupported) {
  const main = new URL('../dist/main.js', import.meta.url)
  if (existsSync(main)) await import(main.href)
  else
    refuse(['mfm is not built yet.', '', 'In a checkout, run:  npm run bootstrap && npm run build'])
} else if (!runOnWorkspaceNode()) {
  refuse([
    `mfm needs Node ${required.join('.')} or newer; this is Node ${process.versions.node}.`,
    '',
    'Install a current Node, or, in a checkout, let it bring its own:  npm run bootstrap',
  ])
}
