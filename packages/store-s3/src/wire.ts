import type { Effort } from './flight.ts'
import type { Gate } from './gate.ts'
import { AttemptTimeout } from './s3-error.ts'

/** Sends requests: a bounded number at once, each with a time of its own. */
export class Wire {
  readonly #gate: Gate
  readonly #attemptMillis: number

  constructor(gate: Gate, attemptMillis: number) {
    this.#gate = gate
    this.#attemptMillis = attemptMillis
  }

  /**
   * Sends one request once. It rejects as soon as its effort or its time is over, even where the client does not
   * notice, and the request has the signal to end by.
   */
  async attempt<T>(effort: Effort, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    await this.#gate.enter(effort.signal)
    const controller = new AbortController()
    const { promise: ended, reject } = Promise.withResolvers<never>()
    const end = (reason: unknown): void => {
      reject(reason)
      controller.abort(reason)
    }
    const timer = setTimeout(
      () => end(new AttemptTimeout(`no answer within ${this.#attemptMillis} ms`)),
      this.#attemptMillis,
    )
    const giveUp = (): void => end(effort.signal.reason)
    effort.signal.addEventListener('abort', giveUp, { once: true })
    try {
      effort.signal.throwIfAborted() // it may have been while the gate opened
      return await Promise.race([send(controller.signal), ended])
    } finally {
      clearTimeout(timer)
      effort.signal.removeEventListener('abort', giveUp)
      this.#gate.leave()
    }
  }
}
