import type { StreamPlace } from '@mfm/facts'
import { afterMicrotasks } from '@mfm/facts'

interface Caller {
  isReady: boolean
  readonly release: () => void
}

/**
 * Lets the callers of one attempt go on one at a time: the next when the program has nothing left to do for the one
 * before but wait. So what a program sees does not depend on which answers were committed together, and a replay can
 * reproduce the order from the stream.
 *
 * New facts come in the order of their commits. What was recorded before has no place of its own on the stream: it
 * comes in the order in which it is asked for, and before new facts.
 */
export class SettleQueue {
  /** Those who have asked, and have or may have been answered before. */
  readonly #recorded: Caller[] = []
  readonly #fresh: Caller[] = []
  #isScheduled = false
  #facts = 0
  #parts = 0

  /**
   * Answers from what was recorded before, when it is the caller's turn; `undefined` at once where there is nothing.
   * To be called as soon as the caller asks.
   */
  async recorded<Id, T>(
    find: () => Promise<Id | undefined>,
    answer: (id: Id) => Promise<T>,
  ): Promise<{ readonly value: T } | undefined> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const caller = { isReady: false, release: resolve }
    this.#recorded.push(caller)
    try {
      const id = await find()
      if (id === undefined) return undefined
      const value = await answer(id)
      caller.isReady = true
      this.#schedule()
      await promise
      return { value }
    } finally {
      if (!caller.isReady) this.#recorded.splice(this.#recorded.indexOf(caller), 1)
      this.#schedule()
    }
  }

  /**
   * Resolves when it is the turn of a caller whose fact has just been committed.
   *
   * @param isNew whether the fact is one of this attempt
   */
  turn(isNew: boolean): Promise<void> {
    if (isNew) this.#facts += 1
    return this.#enter()
  }

  /** Resolves when it is the turn of a part of a streamed answer that has just come. */
  async part(): Promise<StreamPlace> {
    const place = { facts: this.#facts, parts: this.#parts }
    this.#parts += 1
    await this.#enter()
    return place
  }

  #enter(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#fresh.push({ isReady: true, release: resolve })
    this.#schedule()
    return promise
  }

  #schedule(): void {
    const first = this.#recorded[0] ?? this.#fresh[0]
    if (this.#isScheduled || first?.isReady !== true) return
    this.#isScheduled = true
    afterMicrotasks(() => this.#continue())
  }

  #continue(): void {
    this.#isScheduled = false
    const callers = this.#recorded.length > 0 ? this.#recorded : this.#fresh
    if (callers[0]?.isReady === true) callers.shift()?.release()
    this.#schedule()
  }
}
