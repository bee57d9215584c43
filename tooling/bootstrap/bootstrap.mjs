// Makes a bare clone runnable: installs what the lock file says when it is missing or stale, then runs the given script
// on the Node of the workspace. Plain JavaScript without dependencies, because it runs before anything is installed, on
// whatever Node (>= 18) the machine has.
//
//   node tooling/bootstrap/bootstrap.mjs [script] [arguments...]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { root, runPnpm } from './pnpm.mjs'

const stampFile = join(root, 'node_modules', '.mfm-bootstrap')
const binaries = join(root, 'node_modules', '.bin')
const workspaceNode = join(binaries, 'node')

/** @param {string} text */
const say = (text) => process.stdout.write(`bootstrap: ${text}\n`)

/** @param {string} folder */
const manifestsBelow = (folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${folder}/${entry.name}/package.json`)
    : []

/** What an install depends on: the lock file, the workspace settings, every manifest, and this machine's kind. */
const inputsDigest = () => {
  const folders = ['packages', 'apps', 'apps/examples', 'tooling']
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']
    .concat(folders.flatMap(manifestsBelow).sort())
    .filter((file) => existsSync(join(root, file)))
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

const isFresh = () =>
  existsSync(workspaceNode) &&
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === inputsDigest()

const install = () => {
  const started = Date.now()
  say('installing dependencies (the first time takes about half a minute)')
  const status = runPnpm(['install', '--frozen-lockfile'])
  if (status !== 0) {
    say('install failed; repeat it alone: npm run pnpm -- install --frozen-lockfile')
    say('if a package.json changed on purpose, update the lock file: npm run pnpm -- install')
    process.exit(status)
  }
  writeFileSync(stampFile, inputsDigest())
  say(`installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

if (isFresh()) say('dependencies are up to date')
else install()

const [script, ...scriptArguments] = process.argv.slice(2)
if (script !== undefined) {
  const separator = process.platform === 'win32' ? ';' : ':'
  const child = spawn(workspaceNode, [script, ...scriptArguments], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${binaries}${separator}${process.env.PATH ?? ''}`,
      TURBO_TELEMETRY_DISABLED: '1',
    },
  })
  process.on('SIGINT', () => {
    // The terminal sends Ctrl-C to the script as well, which knows how to end.
  })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => {
    throw error
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + (constants.signals[signal] || 0) : code
  })
}
