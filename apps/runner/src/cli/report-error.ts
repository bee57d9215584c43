import { causeChain, isMfmError, MfmError } from '@mfm/errors'
import type { ErrorDocument } from '../output-schemas/error-document.ts'
import type { CommandStopped } from '../process/command-stop.ts'
import { EXIT_CODE_BY_STOP } from '../process/command-stop.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { exitCodeOf } from '../process/exit-codes.ts'
import { UncaughtError } from '../process/uncaught-error.ts'
import { renderError } from '../render/error.ts'
import { jsonText } from '../render/json-text.ts'
import type { Cli } from './cli.ts'
import { UsageError } from './usage-error.ts'

/** Writes an error to standard error, in the form that was asked for. Data never goes there. */
export function reportError(cli: Cli, thrown: unknown): ExitCode {
  const { stopped } = cli.stop
  const error = stopped === undefined ? typedError(thrown) : stoppedError(stopped)
  const document = errorDocument(error, thrown, cli.verbose)
  if (cli.format === 'text') {
    for (const line of renderError(document, cli.stderr.paint)) cli.stderr.line(line)
  } else {
    cli.stderr.line(jsonText(document))
  }
  return stopped === undefined ? exitCodeOf(error) : EXIT_CODE_BY_STOP[stopped.stopCause]
}

function typedError(thrown: unknown): MfmError {
  if (isMfmError(thrown)) return thrown
  if (thrown instanceof UsageError) {
    return new MfmError('invalid_option', { message: thrown.message, help: thrown.help })
  }
  if (thrown instanceof UncaughtError) {
    return new MfmError('internal_error', {
      message: `nobody waited for what threw ${thrown.message}`,
      help: 'Look in the workflow for a promise that is not awaited; a run that had begun can be resumed.',
      cause: thrown.cause,
    })
  }
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  return new MfmError('internal_error', { message: text, cause: thrown })
}

const CODE_BY_STOP = {
  SIGINT: 'command_interrupted',
  SIGTERM: 'command_interrupted',
  timeout: 'command_timeout',
  stalled: 'command_stalled',
} as const

function stoppedError({ message, stopCause }: CommandStopped): MfmError {
  return new MfmError(CODE_BY_STOP[stopCause], { message })
}

function errorDocument(error: MfmError, thrown: unknown, verbose: boolean): ErrorDocument {
  const { code, kind, message, details, help } = error
  const causes = verbose ? causeChain(error.cause) : nearestCause(error)
  const origin = thrown instanceof UncaughtError ? thrown.cause : thrown
  const stack = origin instanceof Error ? (origin.stack ?? '').split('\n') : []
  return {
    error: {
      code,
      kind,
      message,
      details,
      help: help ?? null,
      ...(causes.length === 0 ? {} : { causes }),
      ...(verbose ? { stack } : {}),
    },
  }
}

/** The catalogue's help often points at the cause; a cause that the message or the details tell anyway is left out. */
function nearestCause({ cause, message }: MfmError): string[] {
  const isTold =
    cause instanceof Error && (cause.name === 'ZodError' || message.includes(cause.message))
  return isTold ? [] : causeChain(cause).slice(0, 1)
}
