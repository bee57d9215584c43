import { afterMicrotasks } from '@mfm/facts'

/** Captured, so that a program which replaces timers for its own tests does not stop its replay. */
const nextTurn = setImmediate

/** Sorts before every sequence: the fact was there before, so its callers go on in the order in which they ask. */
const BEFORE = -1

interface Caller {
  readonly seq: number
  isReady: boolean
  readonly release: () => void
}

/**
 * Lets the callers of one attempt go on one at a time, in the order in which their facts were recorded, whatever the
 * order in which they ask and payloads come: a program that races two calls sees the same winner again.
 *
 * The next goes on when the program has nothing left to do for the one before but wait. Where nobody has asked for the
 * next fact, the first of those who have asked goes on once nothing else can happen: it is not asked for any more.
 */
export class SettleOrder {
  readonly #seqs: readonly number[]
  readonly #own: ReadonlySet<number>
  #next = 0
  /** Ascending by sequence; of one sequence in the order they asked. */
  readonly #callers: Caller[] = []
  #isScheduled = false
  #reading = 0

  /** @param seqs of the facts that the attempt recorded, ascending */
  constructor(seqs: readonly number[]) {
    this.#seqs = seqs
    this.#own = new Set(seqs)
  }

  /** Whether somebody has gone on with the fact, or it is none of this attempt's. */
  isSettled(seq: number): boolean {
    return !this.#own.has(seq) || seq < (this.#seqs[this.#next] ?? Number.POSITIVE_INFINITY)
  }

  /** Gives what `read` gives when it is the caller's turn. To be called as soon as the caller asks. */
  async settle<T>(seq: number, read: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const place = this.isSettled(seq) ? BEFORE : seq
    const caller = { seq: place, isReady: false, release: resolve }
    const index = this.#callers.findLastIndex((other) => other.seq <= place) + 1
    this.#callers.splice(index, 0, caller)
    try {
      const value = await read()
      caller.isReady = true
      this.#schedule()
      await promise
      return value
    } catch (error) {
      this.#callers.splice(this.#callers.indexOf(caller), 1)
      this.#schedule()
      throw error
    }
  }

  /** Something else that the program may be waiting for: meanwhile nobody is let go out of order. */
  async during<T>(read: () => Promise<T>): Promise<T> {
    this.#reading += 1
    try {
      return await read()
    } finally {
      this.#reading -= 1
      this.#schedule()
    }
  }

  #schedule(): void {
    const first = this.#callers[0]
    if (this.#isScheduled || first?.isReady !== true) return
    if (this.#isNext(first)) {
      this.#isScheduled = true
      afterMicrotasks(() => this.#continue(first))
    } else if (this.#reading === 0) {
      this.#isScheduled = true
      nextTurn(() => this.#continue(first))
    }
  }

  #isNext({ seq }: Caller): boolean {
    return seq === BEFORE || seq === this.#seqs[this.#next]
  }

  /** Lets `first` go on, unless somebody has come to stand before it. */
  #continue(first: Caller): void {
    this.#isScheduled = false
    if (this.#callers[0] === first && (this.#reading === 0 || this.#isNext(first))) {
      this.#callers.shift()
      if (!this.isSettled(first.seq)) this.#next = this.#seqs.indexOf(first.seq, this.#next) + 1
      first.release()
    }
    this.#schedule()
  }
}
