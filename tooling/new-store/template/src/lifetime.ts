import { MfmError } from '@mfm/errors'

/** Whether a port may still be used, and what it was asked for that has not ended. */
export class Lifetime {
  readonly #underWay: Set<Promise<unknown>> = new Set()
  readonly #release: () => Promise<void>
  #closing: Promise<void> | undefined

  /** @param release called once, when nothing is under way any more */
  constructor(release: () => Promise<void>) {
    this.#release = release
  }

  /** @throws MfmError `store_closed`; the reason of an aborted signal */
  requireOpen(signal?: AbortSignal): void {
    if (this.#closing !== undefined) throw new MfmError('store_closed')
    signal?.throwIfAborted()
  }

  /** Closing waits for the work. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  /** An iteration that a close ends with `store_closed`, whatever the backend says of it. */
  async *whileOpen<T>(items: AsyncIterable<T>): AsyncGenerator<T, void> {
    try {
      yield* items
    } catch (error) {
      this.requireOpen()
      throw error
    }
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(this.#release)
    return this.#closing
  }
}
