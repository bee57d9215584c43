import { isDeepStrictEqual } from 'node:util'
import type { Model } from '../models/model.ts'
import { Line } from './line.ts'
import type { Operation } from './operation.ts'

/** Steps of the search after which it is given up; a history of 8 clients with 25 calls takes some hundreds. */
const DEFAULT_STEPS = 1_000_000

export type Verdict<Call, Answer> =
  | { readonly kind: 'linearizable' }
  | {
      readonly kind: 'violated'
      /** The call whose answer no order of the calls explains, the search having come furthest there. */
      readonly inexplicable: Operation<Call, Answer>
      /** What was called until that answer was there. */
      readonly operations: readonly Operation<Call, Answer>[]
    }
  /** The search was given up. */
  | { readonly kind: 'undecided' }

/**
 * Whether the calls on one object can be put in one order, each between its call and its return, in which the model
 * gives the same answers.
 *
 * The algorithm is Wing and Gong's with Lowe's memory of the pairs of done calls and state that lead nowhere (Lowe,
 * "Testing for linearizability", 2017). A call of unknown outcome is done only where it changes the state, and may be
 * left out.
 */
export function checkLinearizable<State, Call, Answer>(
  model: Model<State, Call, Answer>,
  operations: readonly Operation<Call, Answer>[],
  maxSteps: number = DEFAULT_STEPS,
): Verdict<Call, Answer> {
  return new Search(model, operations).run(maxSteps)
}

interface Done<State> {
  readonly index: number
  readonly before: State
}

class Search<State, Call, Answer> {
  readonly #model: Model<State, Call, Answer>
  readonly #operations: readonly Operation<Call, Answer>[]
  readonly #line: Line
  readonly #done: Done<State>[] = []
  /** For each state, the sets of calls with which it was reached. */
  readonly #seen: Map<string, Set<bigint>> = new Map()
  #state: State
  #doneBits = 0n
  /** Calls with an answer that are not done. */
  #owed: number
  #furthest: { readonly done: number; readonly index: number } = { done: -1, index: 0 }

  constructor(model: Model<State, Call, Answer>, operations: readonly Operation<Call, Answer>[]) {
    this.#model = model
    this.#operations = operations
    this.#line = new Line(operations)
    this.#state = model.initial
    this.#owed = operations.filter(({ answer }) => answer !== undefined).length
  }

  run(maxSteps: number): Verdict<Call, Answer> {
    let entry = this.#line.first()
    for (let step = 0; this.#owed > 0; step++) {
      if (step >= maxSteps) return { kind: 'undecided' }
      if (entry?.kind === 'call') {
        entry = this.#tryCall(entry.operation) ? this.#line.first() : entry.next
        continue
      }
      // A return that must come before anything else can be done, or the end: this order leads nowhere.
      if (entry !== undefined) this.#remember(entry.operation)
      const last = this.#done.pop()
      if (last === undefined) return this.#violation()
      this.#undo(last)
      entry = this.#line.callOf(last.index).next
    }
    return { kind: 'linearizable' }
  }

  /** Does a call next in the order, if its answer fits and nobody has been there. */
  #tryCall(index: number): boolean {
    const operation = this.#operations[index]
    if (operation === undefined) return false
    const { state, answer } = this.#model.answer(this.#state, operation.call)
    const isKnown = operation.answer !== undefined
    if (isKnown && !isDeepStrictEqual(answer, operation.answer)) return false
    const key = this.#model.keyOf(state)
    if (!isKnown && key === this.#model.keyOf(this.#state)) return false
    const bits = this.#doneBits | (1n << BigInt(index))
    if (!this.#isNew(key, bits)) return false
    this.#done.push({ index, before: this.#state })
    this.#state = state
    this.#doneBits = bits
    this.#owed -= isKnown ? 1 : 0
    this.#line.lift(index)
    return true
  }

  #undo({ index, before }: Done<State>): void {
    this.#state = before
    this.#doneBits &= ~(1n << BigInt(index))
    this.#owed += this.#operations[index]?.answer === undefined ? 0 : 1
    this.#line.unlift(index)
  }

  #isNew(key: string, bits: bigint): boolean {
    const reached = this.#seen.get(key) ?? new Set()
    this.#seen.set(key, reached)
    const { size } = reached
    return reached.add(bits).size > size
  }

  #remember(index: number): void {
    if (this.#done.length > this.#furthest.done) this.#furthest = { done: this.#done.length, index }
  }

  #violation(): Verdict<Call, Answer> {
    const inexplicable = this.#operations[this.#furthest.index]
    if (inexplicable === undefined) return { kind: 'linearizable' } // there are no calls
    return {
      kind: 'violated',
      inexplicable,
      operations: this.#operations.filter(({ calledAt }) => calledAt < inexplicable.returnedAt),
    }
  }
}
