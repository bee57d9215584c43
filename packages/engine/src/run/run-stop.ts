import type { RunConfig } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import type { SystemSources } from '@mfm/io-live'

export interface RunStopOptions {
  readonly sources: SystemSources
  readonly config: RunConfig
  readonly startedAtMillis: number | null
  /** The caller's signal: aborted with `run_cancelled` it cancels, with anything else it interrupts. */
  readonly signal: AbortSignal | undefined
}

/** Everything that can end a live run early, as one signal whose reason says what it was. */
export class RunStop implements Disposable {
  readonly #options: RunStopOptions
  readonly #controller = new AbortController()
  readonly #closing = new AbortController()

  constructor(options: RunStopOptions) {
    this.#options = options
    const { signal, config, startedAtMillis } = options
    if (signal?.aborted === true) this.#interrupt()
    else signal?.addEventListener('abort', this.#interrupt, { signal: this.#closing.signal })
    if (config.runDeadlineMillis !== null && startedAtMillis !== null) {
      const error = new MfmError('run_deadline_exceeded', {
        message: `the run took longer than ${config.runDeadlineMillis} ms`,
      })
      this.#abortAt(startedAtMillis + config.runDeadlineMillis, () => this.#controller.abort(error))
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get reason(): MfmError | undefined {
    const reason: unknown = this.signal.reason
    return isMfmError(reason) ? reason : undefined
  }

  watchAttempt(onPassed: (reason: MfmError) => void): Disposable {
    const { config, sources } = this.#options
    const limit = config.attemptDeadlineMillis
    if (limit === null) return { [Symbol.dispose]: () => undefined }
    const error = new MfmError('attempt_deadline_exceeded', {
      message: `the attempt took longer than ${limit} ms`,
    })
    return this.#abortAt(sources.clock() + limit, () => onPassed(error))
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
  }

  readonly #interrupt = (): void => {
    const reason: unknown = this.#options.signal?.reason
    this.#controller.abort(
      isMfmError(reason) ? reason : new MfmError('attempt_interrupted', { cause: reason }),
    )
  }

  #abortAt(millis: number, onPassed: () => void): Disposable {
    const { sources } = this.#options
    const watch = new AbortController()
    const signal = AbortSignal.any([watch.signal, this.#closing.signal])
    const left = millis - sources.clock()
    if (left <= 0) onPassed()
    else {
      // A rejection means that the watch was called off.
      sources.sleep(left, signal).then(onPassed, () => undefined)
    }
    return { [Symbol.dispose]: () => watch.abort() }
  }
}
