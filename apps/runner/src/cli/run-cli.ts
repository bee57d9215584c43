import { run } from '@stricli/core'
import { watchProcess } from '../process/command-stop.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { uncaughtOf } from '../process/uncaught-error.ts'
import { hideNoise } from '../process/warnings.ts'
import { buildCli } from './app.ts'
import { Cli } from './cli.ts'
import { applyEarly } from './common-options.ts'
import { normalizeArguments } from './normalize-arguments.ts'

/** Runs one command line and ends the process with its exit code. */
export async function runCli(process: NodeJS.Process): Promise<never> {
  const cli = new Cli(process)
  const argv = normalizeArguments(process.argv.slice(2))
  applyEarly(cli, argv)
  hideNoise(process, cli)
  watchProcess(process, cli.stop)
  const exitCode = await outcomeOf(cli, [execute(cli, argv), cli.stop.overdue, uncaughtOf(process)])
  await cli.stderr.flush()
  // What a workflow left behind, such as a timer, must not keep the command alive.
  process.exit(exitCode)
}

/** The exit code of the command, or of what ended it before. */
async function outcomeOf(cli: Cli, endings: readonly Promise<ExitCode>[]): Promise<ExitCode> {
  try {
    return await Promise.race(endings)
  } catch (error) {
    // The command may still be at work behind our back.
    cli.stdout.close()
    return await report(cli, error)
  }
}

async function report(cli: Cli, error: unknown): Promise<ExitCode> {
  try {
    const { reportError } = await import('./report-error.ts')
    return reportError(cli, error)
  } catch {
    // An installation that lacks something may lack what tells of errors.
    cli.process.stderr.write(`mfm: ${String(error)}\n`)
    return EXIT.failed
  }
}

async function execute(cli: Cli, argv: readonly string[]): Promise<ExitCode> {
  await run(buildCli(argv), argv, cli)
  await cli.writeHelp()
  // Set by the command; help and version leave the parser's own, which is 0.
  const { exitCode } = cli.process
  return typeof exitCode === 'number' ? (exitCode as ExitCode) : EXIT.done
}
