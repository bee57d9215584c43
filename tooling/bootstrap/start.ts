// `npm start`: builds the packages, then runs the example the way a user would, on the built packages.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** Exit code of a command, as shells count it where a signal ended the command. */
const run = async (command: string, args: readonly string[]): Promise<number> => {
  const child = spawn(command, args, {
    stdio: 'inherit',
    // As npm does, ask the registry through the proxy of the environment.
    env: { NODE_USE_ENV_PROXY: '1', ...process.env },
  })
  const stop = (): boolean => child.kill('SIGTERM')
  process.on('SIGTERM', stop)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code, signal) =>
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      )
    })
  } finally {
    process.removeListener('SIGTERM', stop)
  }
}

process.on('SIGINT', () => {
  // The terminal sends Ctrl-C to the command as well, which knows how to end.
})

console.error('start: building')
const built = await run('tsc', ['-b'])
process.exitCode =
  built === 0
    ? await run(process.execPath, [
        'apps/examples/dependency-audit/src/start.ts',
        ...process.argv.slice(2),
      ])
    : built
