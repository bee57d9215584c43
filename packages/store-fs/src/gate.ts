/** Lets so many through at once and the others wait, first come first served. */
export class Gate {
  #free: number
  readonly #waiting: Set<() => void> = new Set()

  constructor(width: number) {
    this.#free = width
  }

  /** Runs `work` when there is room; an abort ends the wait with the reason of the signal. */
  async pass<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    if (this.#free > 0) this.#free--
    else await this.#turn(signal)
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  /** The place of whoever leaves goes to the one that waited longest. */
  #leave(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#free++
    else next()
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        this.#waiting.delete(enter)
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = (): void => {
        this.#waiting.delete(enter)
        reject(signal?.reason)
      }
      this.#waiting.add(enter)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }
}
