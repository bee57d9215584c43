import type { FactKey, ForkRecord, JsonPointer, JsonValue, RunId, StateId } from '@mfm/core-types'
import type { RunResult } from '../run/run-result.ts'

/** A place where the fork came out otherwise than its parent; a side without a value there is absent here. */
export interface ForkDifference {
  readonly pointer: JsonPointer
  readonly parent?: JsonValue
  readonly fork?: JsonValue
}

/** What became of the facts of a state. */
export interface ForkedFacts {
  /** Facts of the parent that answered again, those that were edited included. */
  readonly reused: number
  /** Of these, those that answered with another value. */
  readonly edited: number
  /** Facts that the parent does not have. */
  readonly recorded: number
  /** Facts of the parent that nobody asked for any more. */
  readonly unused: number
  /** The first 20 of them: the fork's keys, and the parent's. */
  readonly recordedKeys: readonly FactKey[]
  readonly unusedKeys: readonly FactKey[]
}

/** A state that the fork ran, or that it would have run had it come so far. */
export interface ForkedState {
  readonly stateId: StateId
  /**
   * - `unchanged`: it left every context key as in the parent, apart from what was different before it began
   * - `changed`: it left something otherwise
   * - `only_fork`, `only_parent`: it completed in one of the two alone; `neither`: in none
   */
  readonly change: 'unchanged' | 'changed' | 'only_fork' | 'only_parent' | 'neither'
  /** Whether the snapshots after it have one address: nothing at all differs so far. */
  readonly isSameSnapshot: boolean
  /** In what it wrote, the first 20; pointers begin with the context key. */
  readonly differences: readonly ForkDifference[]
  readonly facts: ForkedFacts
}

/** A fork as it was left, held against its parent. */
export interface ForkReport extends RunResult {
  /** The last event of the parent that the fork shares. */
  readonly parent: { readonly runId: RunId; readonly seq: number }
  readonly edits: ForkRecord
  /** In execution order, from the fork on. */
  readonly states: readonly ForkedState[]
  /** Sums over the states. */
  readonly facts: Pick<ForkedFacts, 'reused' | 'edited' | 'recorded' | 'unused'>
  /** What the two came to, `null` for a run without a result; the first 20 places in which they differ. */
  readonly outputs: {
    readonly parent: JsonValue
    readonly fork: JsonValue
    readonly differences: readonly ForkDifference[]
  }
}
