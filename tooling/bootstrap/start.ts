// `npm start`: builds the packages, then runs the example the way a user would, on the built packages.
import { spawnSync } from 'node:child_process'

const run = (label: string, command: string, args: readonly string[]): void => {
  if (label !== '') console.log(`start: ${label}`)
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

run('building', 'tsc', ['-b'])
run('', process.execPath, ['apps/examples/dependency-audit/src/start.ts', ...process.argv.slice(2)])
