import type {
  Digest,
  FactKey,
  FactOutcome,
  JsonPointer,
  JsonValue,
  RunId,
  RunStatus,
  StateId,
} from '@mfm/core-types'

/**
 * - `answer_changed`: the same call got another answer; `request_changed`: the call at the same place asked otherwise
 * - `fact_removed`, `fact_added`: a call that run a, or run b, alone has
 * - `op_changed`, `plan_changed`, `input_changed`, `settings_changed`: what was started
 * - `context_changed`: a context key came out otherwise
 * - `attempts_changed`: how the attempts at a state ended
 * - `event_changed`: the audit events of a state
 * - `output_changed`, `end_changed`: what came of it
 */
export const RUN_DIFFERENCE_KINDS = [
  'answer_changed',
  'request_changed',
  'fact_removed',
  'fact_added',
  'op_changed',
  'plan_changed',
  'input_changed',
  'settings_changed',
  'context_changed',
  'attempts_changed',
  'event_changed',
  'output_changed',
  'end_changed',
] as const

export type RunDifferenceKind = (typeof RUN_DIFFERENCE_KINDS)[number]

/** One place in which two documents differ; a side on which the place is absent is absent here. */
export interface DiffRow {
  readonly pointer: JsonPointer
  /** Where the value at `pointer` is JSON in a text, as bodies are: the place inside it. */
  readonly within?: JsonPointer
  readonly a?: JsonValue
  readonly b?: JsonValue
}

/** A fact in its own run. */
export interface FactPlace {
  readonly key: FactKey
  readonly seq: number
  /** These are absent where the stream does not say where the fact came from. */
  readonly namespace?: string
  readonly attempt?: number
  readonly ordinal?: number
  readonly outcome?: FactOutcome
}

export interface RunDifference {
  readonly kind: RunDifferenceKind
  /** `null` for what concerns the whole run. */
  readonly stateId: StateId | null
  /** For differences of facts; a side that has no such fact is `null`. */
  readonly fact: { readonly a: FactPlace | null; readonly b: FactPlace | null } | null
  readonly rows: readonly DiffRow[]
}

export interface ComparedSide {
  readonly runId: RunId
  /** `recording` is a stream of facts without a workflow. */
  readonly phase: RunStatus | 'running' | 'recording'
  readonly headSeq: number
  readonly headDigest: Digest | null
  readonly facts: number
  /** Attempts that a crash, a stop or a deadline ended. They are history, and take no part in the comparison. */
  readonly outsideEnds: number
}

/** In ms; `null` where it is not known. */
export interface StateTiming {
  readonly stateId: StateId
  readonly a: number | null
  readonly b: number | null
}

/** What two runs differ in. Neither was changed. */
export interface RunDiff {
  readonly verdict: 'same' | 'different'
  readonly a: ComparedSide
  readonly b: ComparedSide
  /** Facts first, in the order they were recorded; then the kinds in the order of {@link RUN_DIFFERENCE_KINDS}. */
  readonly differences: readonly RunDifference[]
  /** All that differ, the ones that are not listed as well. */
  readonly counts: Readonly<Record<RunDifferenceKind, number>>
  /** Informational, as `timing` is: what is known of the code and the machine makes no difference. */
  readonly provenance: readonly DiffRow[]
  readonly timing: {
    readonly totalA: number | null
    readonly totalB: number | null
    readonly states: readonly StateTiming[]
  }
  /** Documents that were read to tell. */
  readonly documentsRead: number
}
