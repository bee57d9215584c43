import { MfmError } from '@mfm/errors'
import type { NatsConnection } from '@nats-io/transport-node'
import { storeError } from './nats-error.ts'

/** Taken by every method that may wait: an abort ends the call early with the reason of the signal. */
export type Signal = AbortSignal | undefined

/** A connection was lost while a call was under way. */
class LostConnection extends Error {}

/**
 * The connection, with a deadline for every call. While the server is away calls wait here: the client would keep what it
 * is given, and send it long after the caller has been told that it failed.
 */
export class Link {
  readonly connection: NatsConnection
  readonly callMillis: number
  readonly #isOwned: boolean
  /** Ends what is under way on the connection as it is. */
  readonly #losses: Set<() => void> = new Set()
  #isClosed = false
  #back: PromiseWithResolvers<void> | undefined

  constructor(connection: NatsConnection, callMillis: number, isOwned: boolean) {
    this.connection = connection
    this.callMillis = callMillis
    this.#isOwned = isOwned
    void this.#follow()
  }

  /**
   * Runs work that may be repeated: it is, when the connection is lost meanwhile.
   *
   * @throws MfmError `store_timeout` at the deadline, `store_unavailable`, `store_closed`; the reason of the signal
   */
  async call<T>(signal: Signal, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    const late = Promise.withResolvers<never>()
    late.promise.catch(() => undefined)
    const timer = setTimeout(() => late.reject(new MfmError('store_timeout')), this.callMillis)
    try {
      return await unlessAborted(signal, this.#persist(work, late.promise))
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) throw error
      throw this.#isClosed ? new MfmError('store_closed', { cause: error }) : storeError(error)
    } finally {
      late.reject(signal?.reason) // ends the work of a call that was given up
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#isOwned) await this.connection.close()
  }

  async #persist<T>(work: () => Promise<T>, late: Promise<never>): Promise<T> {
    for (;;) {
      if (this.#back !== undefined) await Promise.race([this.#back.promise, late])
      const lost = Promise.withResolvers<never>()
      lost.promise.catch(() => undefined)
      const lose = (): void => lost.reject(new LostConnection())
      this.#losses.add(lose)
      try {
        return await Promise.race([work(), lost.promise, late])
      } catch (error) {
        if (!(error instanceof LostConnection)) throw error
      } finally {
        this.#losses.delete(lose)
      }
    }
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect') {
        this.#back ??= Promise.withResolvers()
        for (const lose of this.#losses) lose()
      }
      if (type === 'reconnect' || type === 'close') {
        this.#back?.resolve()
        this.#back = undefined
      }
    }
  }
}

/** What the promise comes to, or the reason of the signal, whichever is first. */
export async function unlessAborted<T>(signal: Signal, promise: Promise<T>): Promise<T> {
  if (signal === undefined) return await promise
  promise.catch(() => undefined)
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const giveUp = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', giveUp)
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
