import { afterMicrotasks } from '@mfm/facts'

/**
 * Lets callers go on one at a time, in the order in which they come: the next when the program has nothing left to do
 * for the one before but wait. So the order in which a program sees answers does not depend on which of them were
 * committed together, and a replay can reproduce it from the order of the stream.
 */
export class SettleQueue {
  readonly #waiting: (() => void)[] = []

  /** Resolves when it is the caller's turn. */
  turn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#waiting.push(resolve) === 1) afterMicrotasks(() => this.#release())
    return promise
  }

  #release(): void {
    this.#waiting[0]?.()
    // It stays in the list while the program goes on, so that whoever comes meanwhile is not released at once.
    afterMicrotasks(() => {
      this.#waiting.shift()
      if (this.#waiting.length > 0) this.#release()
    })
  }
}
