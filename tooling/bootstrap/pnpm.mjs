// Runs the pinned pnpm without installing it: `npm run pnpm -- install`. Works on Node >= 18 without dependencies.
import { spawnSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const thisFile = fileURLToPath(import.meta.url)

export const root = join(dirname(thisFile), '..', '..')

/** @param {readonly string[]} args */
export const runPnpm = (args) => {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { status, error } = spawnSync('npx', ['--yes', packageManager, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (error) throw error
  return status === null ? 1 : status
}

const startedFile = process.argv[1]
if (startedFile !== undefined && realpathSync(startedFile) === realpathSync(thisFile)) {
  process.exitCode = runPnpm(process.argv.slice(2))
}
