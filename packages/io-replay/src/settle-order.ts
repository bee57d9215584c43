/** Captured, so that a program which replaces timers for its own tests does not stop its replay. */
const afterMicrotasks = setImmediate

interface Waiting {
  readonly seq: number
  readonly release: () => void
}

/**
 * Lets the callers of one attempt settle in the order in which their facts were recorded, whatever the order in which
 * they ask and payloads come: a program that races two calls sees the same winner again.
 *
 * A fact that is next settles at once. One that is not waits for those before it, until nothing else can happen: then
 * the program does not ask for them any more, and the first of those that wait goes on.
 */
export class SettleOrder {
  readonly #seqs: readonly number[]
  readonly #own: ReadonlySet<number>
  #next = 0
  /** Operations that have begun and not yet found their fact. */
  #searching = 0
  /** Ascending by sequence; of one sequence in the order they came. */
  readonly #waiting: Waiting[] = []
  #barrierIsSet = false
  #releasedSinceBarrier = false

  /** @param seqs of the facts that the attempt recorded, ascending */
  constructor(seqs: readonly number[]) {
    this.#seqs = seqs
    this.#own = new Set(seqs)
  }

  /** Whether somebody has settled with the fact, or it is none of this attempt's. */
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
      this.#setBarrier()
    }
  }

  /** Resolves when the callers before it have settled. */
  turn(seq: number): Promise<void> {
    if (this.isSettled(seq)) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const place = this.#waiting.findIndex((other) => other.seq > seq)
    this.#waiting.splice(place === -1 ? this.#waiting.length : place, 0, { seq, release: resolve })
    this.#releaseInOrder()
    this.#setBarrier()
    return promise
  }

  #releaseInOrder(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.isSettled(first.seq)) {
        if (first.seq !== this.#seqs[this.#next]) return
        this.#next += 1
      }
      this.#waiting.shift()
      this.#releasedSinceBarrier = true
      first.release()
    }
  }

  #setBarrier(): void {
    if (this.#waiting.length === 0 || this.#barrierIsSet) return
    this.#barrierIsSet = true
    this.#releasedSinceBarrier = false
    afterMicrotasks(() => {
      this.#barrierIsSet = false
      if (this.#searching > 0) return
      if (!this.#releasedSinceBarrier) this.#skipToFirst()
      this.#setBarrier()
    })
  }

  #skipToFirst(): void {
    const first = this.#waiting[0]
    if (first === undefined) return
    this.#next = this.#seqs.indexOf(first.seq)
    this.#releaseInOrder()
  }
}
