import type { CallOptions } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { Call } from './call.ts'
import type { Database } from './database.ts'

/** What the ports have in common; it is ended when the last of them is closed. */
export interface Shared {
  readonly database: Database
  readonly callMillis: number
  end(): Promise<void>
}

/** Hands out claims, and ends what they share with the last. */
export class Backend {
  readonly #shared: Shared
  #claims = 0

  constructor(shared: Shared) {
    this.#shared = shared
  }

  claim(): Claim {
    this.#claims++
    return new Claim(this.#shared, () => this.#release())
  }

  async #release(): Promise<void> {
    this.#claims--
    if (this.#claims === 0) await this.#shared.end()
  }
}

/** One port's use of the database. */
export class Claim {
  readonly database: Database
  /** Aborted when the port is closed. */
  readonly closing: AbortController = new AbortController()
  readonly #callMillis: number
  readonly #release: () => Promise<void>
  readonly #underWay: Set<Promise<unknown>> = new Set()
  #closed: Promise<void> | undefined

  constructor({ database, callMillis }: Shared, release: () => Promise<void>) {
    this.database = database
    this.#callMillis = callMillis
    this.#release = release
  }

  /** @throws MfmError `store_closed`; the reason of an aborted signal */
  requireOpen(signal?: AbortSignal): void {
    if (this.#closed !== undefined) throw new MfmError('store_closed')
    signal?.throwIfAborted()
  }

  /**
   * Runs one call of the port, which a later close waits for.
   *
   * @throws MfmError `store_closed`, `store_timeout`; the reason of an aborted signal; what `work` throws
   */
  async call<T>(options: CallOptions | undefined, work: (call: Call) => Promise<T>): Promise<T> {
    const signal = options?.signal
    this.requireOpen(signal)
    const running = Call.run({ millis: this.#callMillis, signal, isPatient: true }, work)
    this.#underWay.add(running)
    try {
      return await running
    } finally {
      this.#underWay.delete(running)
    }
  }

  /** Lets what is under way finish. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.closing.abort(new MfmError('store_closed'))
    await Promise.allSettled(this.#underWay)
    await this.#release()
  }
}
