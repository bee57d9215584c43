/** Waits for a call of `wake` or for some time, whichever comes first; an aborted signal ends the waiting. */
export class Waker {
  readonly #pollMillis: number
  readonly #signals: readonly AbortSignal[]
  #isAwake = false
  #settle: (() => void) | undefined

  constructor(pollMillis: number, signals: readonly (AbortSignal | undefined)[]) {
    this.#pollMillis = pollMillis
    this.#signals = signals.filter((signal) => signal !== undefined)
    for (const signal of this.#signals) signal.addEventListener('abort', this.#onAbort)
  }

  /** Ends the wait, or the next one where nobody waits. */
  wake(): void {
    this.#isAwake = true
    this.#settle?.()
  }

  /** @throws the reason of an aborted signal */
  async wait(): Promise<void> {
    const millis = this.#pollMillis * (0.75 + Math.random() / 2) // so that many do not look at once
    let timer: NodeJS.Timeout | undefined
    if (!this.#isAwake) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve
        timer = setTimeout(resolve, millis)
      })
    }
    clearTimeout(timer)
    this.#settle = undefined
    this.#isAwake = false
    for (const signal of this.#signals) signal.throwIfAborted()
  }

  end(): void {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.wake()
}
