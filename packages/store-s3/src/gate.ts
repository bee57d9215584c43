/** Lets a bounded number in at once, the others in the order they came. */
export class Gate {
  #free: number
  readonly #queue: Set<() => void> = new Set()

  constructor(width: number) {
    this.#free = width
  }

  /** Resolves when there is room; {@link leave} gives it back. Rejects with the reason of an aborted signal. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free--
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const giveUp = (): void => {
      if (this.#queue.delete(resolve)) reject(signal.reason)
    }
    this.#queue.add(resolve)
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  leave(): void {
    const [next] = this.#queue
    if (next === undefined) {
      this.#free++
      return
    }
    this.#queue.delete(next)
    next()
  }
}
