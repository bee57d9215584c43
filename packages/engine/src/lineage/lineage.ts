import type {
  ArtifactId,
  FactKey,
  FactOutcome,
  JsonPointer,
  JsonValue,
  RunId,
  StateId,
} from '@mfm/core-types'

/** A recorded fact that a state may have used. */
export interface LineageFact {
  readonly key: FactKey
  readonly seq: number
  readonly namespace: string
  /** An earlier attempt than the one that completed may have recorded it; the later one was answered with it. */
  readonly attempt: number
  readonly ordinal: number
  readonly outcome: FactOutcome
  readonly payloadId: ArtifactId
  /** The request as it was recorded; `null` for time, noise and values, and where it is not kept any more. */
  readonly request: JsonValue
}

/** Where the value of a context key came from: who gave it that value, and from what. */
export interface LineageNode {
  readonly key: string
  /** The state that last changed the key; `null` where it stood in the first context. */
  readonly stateId: StateId | null
  readonly attempt: number | null
  /** The event that completed the state; of the first context, the first event. */
  readonly seq: number
  /** Whether this key of this state was told above; facts and reads are told there. */
  readonly isRepeated: boolean
  /** Whether the state does not declare what it reads, so that it may have read every key. */
  readonly readsAll: boolean
  readonly facts: readonly LineageFact[]
  /** The keys that the state may have read, as they were then. */
  readonly reads: readonly LineageNode[]
}

/** The facts and the states that a value came from, at the grain of states and what they declare to read and write. */
export interface Lineage {
  readonly runId: RunId
  readonly pointer: JsonPointer
  readonly value: JsonValue
  /** The run that this one was forked from, and the last event of it that they share. */
  readonly parent: { readonly runId: RunId; readonly seq: number } | null
  readonly root: LineageNode
}
