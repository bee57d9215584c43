import type { ExitCode } from './exit-codes.ts'
import { EXIT } from './exit-codes.ts'

/** `stalled`: nothing is left that could let the command go on. */
export type StopCause = 'SIGINT' | 'SIGTERM' | 'timeout' | 'stalled'

export const EXIT_CODE_BY_STOP: Readonly<Record<StopCause, ExitCode>> = Object.freeze({
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  timeout: EXIT.timeout,
  stalled: EXIT.failed,
})

const MESSAGES: Readonly<Record<StopCause, string>> = {
  SIGINT: 'interrupted by SIGINT',
  SIGTERM: 'interrupted by SIGTERM',
  timeout: 'the command took longer than --command-timeout',
  stalled: 'the workflow waits for something that cannot come any more',
}

/** The command was told to end before it was done. */
export class CommandStopped extends Error {
  readonly stopCause: StopCause

  constructor(stopCause: StopCause) {
    super(MESSAGES[stopCause])
    this.name = 'CommandStopped'
    this.stopCause = stopCause
  }
}

/**
 * Ends a command from outside. The first signal, or the time limit, aborts {@link signal} and leaves the command the
 * time that it asked for with {@link allowGrace}; the second signal ends the process at once.
 */
export class CommandStop {
  readonly #controller = new AbortController()
  readonly #overdue = Promise.withResolvers<never>()
  #graceMillis = 0

  constructor() {
    // Nobody may be waiting for it.
    this.#overdue.promise.catch(() => undefined)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Why the command was stopped; `undefined` while it was not. */
  get stopped(): CommandStopped | undefined {
    const reason: unknown = this.signal.reason
    return reason instanceof CommandStopped ? reason : undefined
  }

  /** Rejects with {@link CommandStopped} when the command was stopped and its grace is over. */
  get overdue(): Promise<never> {
    return this.#overdue.promise
  }

  /** How long the command may go on after a stop, to leave things in order. */
  allowGrace(millis: number): void {
    this.#graceMillis = millis
  }

  stopAfter(millis: number): void {
    setTimeout(() => this.stop('timeout'), millis).unref()
  }

  stop(cause: StopCause): void {
    if (this.signal.aborted) return
    const stopped = new CommandStopped(cause)
    this.#controller.abort(stopped)
    if (this.#graceMillis === 0) this.#overdue.reject(stopped)
    else setTimeout(() => this.#overdue.reject(stopped), this.#graceMillis)
  }
}

/** Ties a stop to the signals of the process, and to the moment when its event loop runs dry. */
export function watchProcess(process: NodeJS.Process, stop: CommandStop): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(EXIT_CODE_BY_STOP[name])
      stop.stop(name)
    })
  }
  process.on('beforeExit', () => stop.stop('stalled'))
}
