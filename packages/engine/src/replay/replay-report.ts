import type {
  ArtifactId,
  Digest,
  DivergencePolicy,
  ErrorInfo,
  FactKey,
  JsonPointer,
  JsonValue,
  RunId,
  RunStatus,
  StateId,
} from '@mfm/core-types'
import type { RunFailure } from '../run/run-result.ts'

/**
 * - `missing`, `exhausted`, `diverged`, `refused`: a call that the facts do not answer
 * - `unused`: a recorded call that was not made; `order_changed`: one that was made at another place, in an attempt that
 *   makes one call after the other
 * - `ambient`: the state took outside input past its `io`
 * - `plan_changed`, `input_changed`, `output_changed`: today's code plans something else, makes another first context of
 *   the recorded input, or gives another context key as its result
 * - `context_changed`: a state wrote something else; `outcome_changed`: an attempt ended otherwise
 * - `event_changed`: any other event came out otherwise, or one too many or too few
 */
export const DIFFERENCE_KINDS = [
  'missing',
  'exhausted',
  'diverged',
  'refused',
  'unused',
  'order_changed',
  'ambient',
  'plan_changed',
  'input_changed',
  'output_changed',
  'context_changed',
  'outcome_changed',
  'event_changed',
] as const

export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

/** One place where two documents differ; a member absent on one side is absent here. */
export interface DifferencePlace {
  readonly pointer: JsonPointer
  readonly recorded?: JsonValue
  readonly produced?: JsonValue
}

/** A recorded call that is like one that differs. */
export interface NearestFact {
  readonly key: FactKey
  readonly namespace: string
  readonly stateId: StateId
  readonly attempt: number
  readonly ordinal: number
  /** Whether it has answered a call of this replay. */
  readonly isUsed: boolean
  /** Where it was asked for, where the run recorded that. */
  readonly location: string | null
  /** Into the request, from the recorded one to the one of today. */
  readonly differences: readonly DifferencePlace[]
}

/** An operation of an attempt. */
export interface CallPlace {
  /** `null` for a call that is made without being recorded. */
  readonly key: FactKey | null
  /** The namespace called, or `value`, `now_millis`, `random_bytes`; `null` where it is not known. */
  readonly namespace: string | null
  /** Position among the operations of the attempt, from 0; of a recorded call that was not made, the recorded one. */
  readonly ordinal: number | null
}

/** One place where a replay is not what was recorded. */
export interface Difference {
  readonly kind: DifferenceKind
  readonly stateId: StateId | null
  readonly attempt: number | null
  /** The call that it is about; `null` where it is about none. */
  readonly call: CallPlace | null
  /** The recorded event that was expected; `null` where there is none. */
  readonly seq: number | null
  readonly message: string
  /**
   * What differs. Of calls: `/namespace`, `/request…` against the nearest recorded call, `/occurrence`, `/value…`; of
   * contexts: `/context/<key>…`; of attempts: `/outcome`, `/error…`; of plans, settings and events: into the document.
   */
  readonly pointers: readonly DifferencePlace[]
  /** Where the code asks, as `file:line:column`, and where the recorded code asked; `null` where it is not known. */
  readonly location: { readonly today: string | null; readonly recorded: string | null }
  /** The recorded calls that are most like it, three at most. */
  readonly nearest: readonly NearestFact[]
  /** The error of the call that the facts did not answer, or of what was taken past them. */
  readonly error: (ErrorInfo & { readonly help?: string | undefined }) | null
}

/** What is told and takes no part in the verdict: today's code asks for other settings, the replay took the recorded. */
export interface ReplayNote {
  readonly kind: 'settings_changed'
  readonly message: string
  readonly pointers: readonly DifferencePlace[]
}

export interface ReplayCounts {
  readonly states: number
  readonly attempts: number
  /** Events of the recorded stream. */
  readonly events: number
  readonly facts: number
  /** Facts that answered nothing this time. */
  readonly unusedFacts: number
  /** Attempts that a crash, a stop or a deadline ended; their ends are taken as recorded. */
  readonly outsideEnds: number
}

/** What a replay found. It wrote nothing and sent nothing. */
export interface ReplayReport {
  readonly runId: RunId
  /**
   * `identical` when the replay met no difference, `allowed` when it met only those that the policy lets pass. A plain
   * replay looks only for calls that no fact answers.
   */
  readonly verdict: 'identical' | 'allowed' | 'different'
  /** What was held to: that of the run, or the one that the request names. States and calls may say another. */
  readonly divergence: DivergencePolicy
  /** In the order met; a verification stops at the first, told with what explains it. */
  readonly differences: readonly Difference[]
  /** Differences that the policy lets pass, in the order met. */
  readonly allowed: readonly Difference[]
  readonly notes: readonly ReplayNote[]
  readonly phase: RunStatus | 'running'
  readonly finalSnapshotId: ArtifactId
  /** The run's working object at the end of the replay. */
  readonly context: { readonly [key: string]: JsonValue }
  readonly failure: RunFailure | undefined
  readonly counts: ReplayCounts
  /** Keys of the facts that answered nothing, at most 100. */
  readonly unusedFacts: readonly FactKey[]
  /** Digest of the last recorded event: pins the whole stream. */
  readonly headDigest: Digest | null
}
