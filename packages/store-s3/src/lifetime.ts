import { MfmError } from '@mfm/errors'

/** Whether the store may still be used, and what of it is under way. */
export class Lifetime {
  readonly #underWay: Set<Promise<unknown>> = new Set()
  #isClosed = false

  /** @throws MfmError `store_closed`; the reason of an aborted signal */
  requireOpen(signal?: AbortSignal): void {
    if (this.#isClosed) throw new MfmError('store_closed')
    signal?.throwIfAborted()
  }

  /** {@link end} waits for it. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  /** Lets nothing new begin, and resolves when what is under way has ended. */
  async end(): Promise<void> {
    this.#isClosed = true
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }
}
