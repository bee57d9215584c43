import type { DivergencePolicy } from './divergence-policy.ts'
import type { OpId, StateId } from './ids.ts'
import type { IoProvider } from './io.ts'
import type { JsonObject, JsonValue } from './json.ts'

/** What a state may do to the world: nothing, or read it. A state that says `pure` and calls out is refused. */
export type SideEffects = 'pure' | 'read_only_io'

export interface StateMetadata {
  readonly tags: readonly string[]
  readonly sideEffects: SideEffects
  /** Context keys that the state may read and write; `null` leaves all of them open. */
  readonly reads: readonly string[] | null
  readonly writes: readonly string[] | null
  /** For the calls of the state that say no other; that of the run where absent. */
  readonly divergence?: DivergencePolicy | undefined
}

/** The run's working object as one attempt sees it: the base snapshot under what the attempt wrote. */
export interface RunContext {
  /** The value, or `undefined` for none; a stored `null` is a value. */
  read(key: string): Promise<JsonValue | undefined>
  /** Judged at once: canonical JSON under the run's number profile, no secrets, size. The value is copied. */
  write(key: string, value: JsonValue): void
  delete(key: string): void
  /** Everything, with this attempt's writes. */
  dump(): Promise<JsonObject>
}

/** Writes audit events; the run's event profile decides whether they are kept. */
export interface EventRecorder {
  emit(name: string, payload: JsonValue): Promise<void>
  /** All or none, in one append. */
  emitMany(events: readonly { readonly name: string; readonly payload: JsonValue }[]): Promise<void>
}

/** All that a state is given. */
export interface StateTools {
  readonly context: RunContext
  readonly io: IoProvider
  readonly events: EventRecorder
  /** Aborted when the attempt must end: a deadline, or the run being interrupted or cancelled. */
  readonly signal: AbortSignal
}

export type StateHandler = (tools: StateTools) => Promise<void>

export interface StateNode {
  readonly id: StateId
  readonly metadata: StateMetadata
  readonly handler: StateHandler
}

export interface PlanEdge {
  readonly from: StateId
  readonly to: StateId
}

/** The engine's only input shape. */
export interface Plan {
  readonly opId: OpId
  readonly opVersion: string
  readonly states: readonly StateNode[]
  readonly edges: readonly PlanEdge[]
}
