import type { StreamPlace } from '@mfm/facts'
import { afterMicrotasks } from '@mfm/facts'

/** Captured, so that a program which replaces timers for its own tests does not stop its replay. */
const nextTurn = setImmediate

/** Sorts before every sequence: the fact was there before, so its callers go on in the order in which they ask. */
const BEFORE = -1

/** Of a fact: it goes on after the parts of streamed answers that stand before it. */
const LAST = Number.POSITIVE_INFINITY

/** Before the fact of that sequence; of several there, in their order. */
export interface Turn {
  readonly seq: number
  readonly order: number
}

interface Caller extends Turn {
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
  /** Ascending by turn; of one turn in the order they asked. */
  readonly #callers: Caller[] = []
  /** Parts of streamed answers that nobody has had yet, ascending. */
  readonly #parts: Turn[] = []
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
  settle<T>(seq: number, read: () => Promise<T>): Promise<T> {
    return this.#wait(this.#placeOf(seq), LAST, read)
  }

  /**
   * As {@link settle}, for the head of a streamed answer, whose turn is known when it has been read. Until then nobody
   * goes on.
   */
  async open<T extends { readonly head: Turn | undefined; readonly chunks: readonly Turn[] }>(
    seq: number,
    read: () => Promise<T>,
  ): Promise<T> {
    const isEarlier = this.isSettled(seq)
    const { promise, resolve } = Promise.withResolvers<void>()
    const holding = { seq: BEFORE, order: LAST, isReady: false, release: resolve }
    insert(this.#callers, holding)
    try {
      const opened = await read()
      holding.isReady = true
      if (!isEarlier) {
        const { head, chunks } = opened
        if (head !== undefined) for (const part of [head, ...chunks]) insert(this.#parts, part)
        this.#callers.splice(this.#callers.indexOf(holding), 1)
        insert(this.#callers, { ...holding, seq, ...head })
      }
      this.#schedule()
      await promise
      return opened
    } catch (error) {
      this.#leave(holding)
      throw error
    }
  }

  /** As {@link settle}, for a chunk. */
  chunk({ seq, order }: Turn, read: () => Promise<void>): Promise<void> {
    return this.#wait(seq, order, read)
  }

  /** The turn of a part of a streamed answer. */
  turnAt({ facts, parts }: StreamPlace): Turn {
    return { seq: this.#seqs[facts] ?? Number.POSITIVE_INFINITY, order: parts }
  }

  /** Nobody will ask for these any more. */
  forget(turns: readonly Turn[]): void {
    for (const turn of turns) {
      const index = this.#parts.indexOf(turn)
      if (index >= 0) this.#parts.splice(index, 1)
    }
    this.#schedule()
  }

  async #wait<T>(seq: number, order: number, read: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const caller = { seq, order, isReady: false, release: resolve }
    insert(this.#callers, caller)
    try {
      const value = await read()
      caller.isReady = true
      this.#schedule()
      await promise
      return value
    } catch (error) {
      this.#leave(caller)
      throw error
    }
  }

  #placeOf(seq: number): number {
    return this.isSettled(seq) ? BEFORE : seq
  }

  #leave(caller: Caller): void {
    const index = this.#callers.indexOf(caller)
    if (index >= 0) this.#callers.splice(index, 1)
    this.#schedule()
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

  #isNext(turn: Turn): boolean {
    const { seq, order } = turn
    if (seq === BEFORE) return true
    const next = this.#seqs[this.#next] ?? Number.POSITIVE_INFINITY
    const part = this.#parts[0]
    if (part !== undefined && part.seq <= next && compare(part, turn) < 0) return false
    return order === LAST ? seq === next : seq <= next
  }

  /** Lets `first` go on, unless somebody has come to stand before it. */
  #continue(first: Caller): void {
    this.#isScheduled = false
    if (this.#callers[0] === first && (this.#reading === 0 || this.#isNext(first))) {
      this.#callers.shift()
      if (first.order !== LAST) this.#had(first)
      else if (!this.isSettled(first.seq)) {
        this.#next = this.#seqs.indexOf(first.seq, this.#next) + 1
      }
      first.release()
    }
    this.#schedule()
  }

  #had({ seq, order }: Turn): void {
    const index = this.#parts.findIndex((part) => part.seq === seq && part.order === order)
    if (index >= 0) this.#parts.splice(index, 1)
  }
}

function compare(a: Turn, b: Turn): number {
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1
  if (a.order === b.order) return 0
  return a.order < b.order ? -1 : 1
}

/** After those of the same turn. */
function insert<T extends Turn>(turns: T[], turn: T): void {
  const index = turns.findLastIndex((other) => compare(other, turn) <= 0) + 1
  turns.splice(index, 0, turn)
}
