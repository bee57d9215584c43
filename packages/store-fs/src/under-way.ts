/** What was begun and has not ended. */
export class UnderWay {
  readonly #work: Set<Promise<unknown>> = new Set()

  async track<T>(work: Promise<T>): Promise<T> {
    this.#work.add(work)
    try {
      return await work
    } finally {
      this.#work.delete(work)
    }
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#work)
  }
}
