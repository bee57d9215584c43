import type { Caller, StreamedAnswer, StreamPlace } from '@mfm/facts'
import { newCaller, Turns } from '@mfm/facts'

/** Of a fact: it comes after the parts of streamed answers that have as many facts before them. */
const LAST = Number.POSITIVE_INFINITY

/** Somebody who waits for a fact or for a part, and what was given to the program before that. */
interface NewCaller extends Caller {
  place: StreamPlace
}

/**
 * Lets the callers of one attempt go on in the order in which their facts were recorded, and parts of streamed answers at
 * their places between them, whatever the order in which they ask and payloads come: a program that races two calls
 * sees the same winner again.
 *
 * Where nobody has asked for what comes next, the first of those who have asked goes on once nothing else can happen: it
 * is not asked for any more.
 */
export class SettleOrder extends Turns {
  /** How many facts of the attempt come before each. */
  readonly #indices: ReadonlyMap<number, number>
  /** How many facts of the attempt the program has been given, or no longer asks for. */
  #facts = 0
  /** Ascending by place; of one place in the order they asked. */
  readonly #callers: NewCaller[] = []
  /** Of bodies that are open: parts that the program has not been given, ascending. */
  readonly #parts: StreamPlace[] = []

  /** @param seqs of the facts that the attempt recorded, ascending */
  constructor(seqs: readonly number[]) {
    super()
    const indices = new Map<number, number>()
    for (const seq of seqs) indices.set(seq, indices.size)
    this.#indices = indices
  }

  /** Whether somebody has gone on with the fact, or it is none of this attempt's. */
  isSettled(seq: number): boolean {
    const index = this.#indices.get(seq)
    return index === undefined || index < this.#facts
  }

  /** Gives what `read` gives when it is the caller's turn. To be called as soon as the caller asks. */
  settle<T>(seq: number, read: () => Promise<T>): Promise<T> {
    return this.isSettled(seq) ? this.known(read) : this.part(this.#placeOf(seq), read)
  }

  /** As {@link settle}, for a part of a streamed answer. */
  part<T>(place: StreamPlace, read: () => Promise<T>): Promise<T> {
    return this.settleAt(this.#join({ ...newCaller(), place }), read)
  }

  /**
   * As {@link settle}, for a streamed answer: the caller goes on at the place of its head, which is known when the answer
   * has been read. Until then nobody goes on with anything new.
   */
  open(seq: number, read: () => Promise<StreamedAnswer>): Promise<StreamedAnswer> {
    if (this.isSettled(seq)) return this.known(read)
    const caller = this.#join({ ...newCaller(), place: this.#placeOf(seq) })
    const hold = this.takePlace()
    return this.settleAt(caller, async () => {
      try {
        const answer = await read()
        this.#callers.splice(this.#callers.indexOf(caller), 1)
        caller.place = answer.head
        this.#join(caller)
        for (const part of [answer.head, ...answer.chunks]) insert(this.#parts, part, comparePlaces)
        return answer
      } finally {
        this.leavePlace(hold)
      }
    })
  }

  protected get firstNew(): NewCaller | undefined {
    return this.#callers[0]
  }

  protected isDue({ place }: NewCaller): boolean {
    const part = this.#parts[0]
    return place.facts <= this.#facts && (part === undefined || comparePlaces(place, part) <= 0)
  }

  protected takeNew({ place }: NewCaller): void {
    this.#facts = Math.max(this.#facts, place.parts === LAST ? place.facts + 1 : place.facts)
    while (this.#parts[0] !== undefined && comparePlaces(this.#parts[0], place) <= 0) {
      this.#parts.shift()
    }
    this.#callers.shift()
    // To the others who have asked for it, it is known now.
    let other = this.#callers[0]
    while (other !== undefined && comparePlaces(other.place, place) === 0) {
      this.#callers.shift()
      this.joinKnown(other)
      other = this.#callers[0]
    }
  }

  #placeOf(seq: number): StreamPlace {
    return { facts: this.#indices.get(seq) ?? LAST, parts: LAST }
  }

  #join(caller: NewCaller): NewCaller {
    insert(this.#callers, caller, (one, other) => comparePlaces(one.place, other.place))
    return caller
  }
}

function comparePlaces(one: StreamPlace, other: StreamPlace): number {
  if (one.facts !== other.facts) return one.facts - other.facts
  return one.parts === other.parts ? 0 : one.parts - other.parts
}

/** After those of the same place. */
function insert<T>(sorted: T[], item: T, compare: (one: T, other: T) => number): void {
  sorted.splice(sorted.findLastIndex((other) => compare(other, item) <= 0) + 1, 0, item)
}
