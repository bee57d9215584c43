import { MfmError } from '@mfm/errors'

/** What work may take. */
export interface Effort {
  readonly signal: AbortSignal
  /** On the clock of `performance.now()`. */
  readonly deadlineAt: number
  /** How often a request that failed is sent again; until the deadline where absent. */
  readonly retries?: number | undefined
}

/**
 * Work with a deadline that several callers may wait for. Each may leave by its own signal; when the last has left,
 * the work is aborted. It ends for those who wait at once, however long the work takes to notice.
 */
export class Flight<T> {
  readonly #controller: AbortController = new AbortController()
  readonly #outcome: Promise<T>
  #waiting = 0
  #joined = 0

  constructor(millis: number, work: (effort: Effort) => Promise<T>) {
    const { signal } = this.#controller
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const timer = setTimeout(() => {
      this.#controller.abort(new MfmError('store_timeout', { details: { millis } }))
    }, millis)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work({ signal, deadlineAt: performance.now() + millis }).then(resolve, reject)
    this.#outcome = promise.finally(() => clearTimeout(timer))
    this.#outcome.catch(ignore) // where everybody has left, nobody else handles it
  }

  /** Whether others may still join. */
  get isOpen(): boolean {
    return !this.#controller.signal.aborted
  }

  /** Whether what it gives has more than one taker. */
  get isShared(): boolean {
    return this.#joined > 1
  }

  async join(signal: AbortSignal | undefined): Promise<T> {
    this.#waiting++
    this.#joined++
    if (signal === undefined) return await this.#outcome
    const { promise: left, reject } = Promise.withResolvers<never>()
    const leave = (): void => {
      reject(signal.reason)
      this.#waiting--
      if (this.#waiting === 0) this.#controller.abort(signal.reason)
    }
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([this.#outcome, left])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }
}

/** The flights under way, one per key. */
export class Flights<K, T> {
  readonly #flights: Map<K, Flight<T>> = new Map()
  readonly #millis: number

  constructor(millis: number) {
    this.#millis = millis
  }

  /** The flight of this key that is under way, or a new one. */
  open(key: K, work: (effort: Effort) => Promise<T>): Flight<T> {
    const current = this.#flights.get(key)
    if (current?.isOpen) return current
    const flight = new Flight(this.#millis, async (effort) => {
      try {
        return await work(effort)
      } finally {
        if (this.#flights.get(key) === flight) this.#flights.delete(key)
      }
    })
    this.#flights.set(key, flight)
    return flight
  }

  /** Nobody joins the present flight of this key any more; those in it stay. */
  detach(key: K): void {
    this.#flights.delete(key)
  }
}

function ignore(): void {
  // on purpose
}
