import type { Caller } from '@mfm/facts'
import { newCaller, Turns } from '@mfm/facts'

interface FactCaller extends Caller {
  readonly seq: number
}

/**
 * Lets the callers of one attempt go on in the order in which their facts were recorded, whatever the order in which
 * they ask and payloads come: a program that races two calls sees the same winner again.
 *
 * Where nobody has asked for the next fact, the first of those who have asked goes on once nothing else can happen: it
 * is not asked for any more.
 */
export class SettleOrder extends Turns {
  readonly #seqs: readonly number[]
  readonly #own: ReadonlySet<number>
  #next = 0
  /** Ascending by sequence; of one sequence in the order they asked. */
  readonly #callers: FactCaller[] = []

  /** @param seqs of the facts that the attempt recorded, ascending */
  constructor(seqs: readonly number[]) {
    super()
    this.#seqs = seqs
    this.#own = new Set(seqs)
  }

  /** Whether somebody has gone on with the fact, or it is none of this attempt's. */
  isSettled(seq: number): boolean {
    return !this.#own.has(seq) || seq < (this.#seqs[this.#next] ?? Number.POSITIVE_INFINITY)
  }

  /** Gives what `read` gives when it is the caller's turn. To be called as soon as the caller asks. */
  settle<T>(seq: number, read: () => Promise<T>): Promise<T> {
    if (this.isSettled(seq)) return this.known(read)
    const caller = { ...newCaller(), seq }
    const index = this.#callers.findLastIndex((other) => other.seq <= seq) + 1
    this.#callers.splice(index, 0, caller)
    return this.settleAt(caller, read)
  }

  protected get firstNew(): FactCaller | undefined {
    return this.#callers[0]
  }

  protected isDue({ seq }: FactCaller): boolean {
    return seq === this.#seqs[this.#next]
  }

  protected takeNew({ seq }: FactCaller): void {
    this.#next = this.#seqs.indexOf(seq, this.#next) + 1
    this.#callers.shift()
    // To the others who have asked for it, it is known now.
    let other = this.#callers[0]
    while (other?.seq === seq) {
      this.#callers.shift()
      this.joinKnown(other)
      other = this.#callers[0]
    }
  }
}
