import { afterMicrotasks } from '@mfm/facts'

/** Captured, so that a program which replaces timers for its own tests does not stop its replay. */
const nextTurn = setImmediate

interface Waiting {
  readonly seq: number
  readonly release: () => void
}

/**
 * Lets the callers of one attempt go on one at a time, in the order in which their facts were recorded, whatever the
 * order in which they ask and payloads come: a program that races two calls sees the same winner again.
 *
 * The next goes on when the program has nothing left to do for the one before but wait. Where the next in order is not
 * there, the first of those that are goes on once nothing else can happen: the program does not ask for it any more.
 */
export class SettleOrder {
  readonly #seqs: readonly number[]
  readonly #own: ReadonlySet<number>
  #next = 0
  /** Operations that have begun and not yet found their fact. */
  #searching = 0
  /** Ascending by sequence; of one sequence in the order they came. */
  readonly #waiting: Waiting[] = []
  #isScheduled = false

  /** @param seqs of the facts that the attempt recorded, ascending */
  constructor(seqs: readonly number[]) {
    this.#seqs = seqs
    this.#own = new Set(seqs)
  }

  /** Whether somebody has gone on with the fact, or it is none of this attempt's. */
  isSettled(seq: number): boolean {
    return !this.#own.has(seq) || seq < (this.#seqs[this.#next] ?? Number.POSITIVE_INFINITY)
  }

  /** Runs the part of an operation in which it finds its fact; {@link turn} is the next that it awaits. */
  async find<T>(search: () => Promise<T>): Promise<T> {
    this.#searching += 1
    try {
      return await search()
    } finally {
      this.#searching -= 1
      this.#schedule()
    }
  }

  /** Resolves when it is the turn of the caller that found this fact. */
  turn(seq: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const place = this.#waiting.findLastIndex((other) => other.seq <= seq) + 1
    this.#waiting.splice(place, 0, { seq, release: resolve })
    this.#schedule()
    return promise
  }

  #schedule(): void {
    const first = this.#waiting[0]
    if (this.#isScheduled || first === undefined) return
    this.#isScheduled = true
    const isNext = this.isSettled(first.seq) || first.seq === this.#seqs[this.#next]
    if (isNext) afterMicrotasks(() => this.#releaseFirst())
    else nextTurn(() => this.#releaseUnlessSearching())
  }

  #releaseUnlessSearching(): void {
    if (this.#searching === 0) {
      this.#releaseFirst()
      return
    }
    // Whoever finds its fact schedules again.
    this.#isScheduled = false
  }

  #releaseFirst(): void {
    const first = this.#waiting.shift()
    if (first !== undefined && !this.isSettled(first.seq)) {
      this.#next = this.#seqs.indexOf(first.seq, this.#next) + 1
    }
    first?.release()
    afterMicrotasks(() => {
      this.#isScheduled = false
      this.#schedule()
    })
  }
}
