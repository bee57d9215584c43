import type {
  ArtifactId,
  Digest,
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
 * - `event_changed`: an event came out otherwise, or one too many or too few
 * - `plan_changed`: today's code plans something else
 */
export type DifferenceKind =
  | 'missing'
  | 'exhausted'
  | 'diverged'
  | 'refused'
  | 'event_changed'
  | 'plan_changed'

/** One place where a replay is not what was recorded. */
export interface Difference {
  readonly kind: DifferenceKind
  readonly stateId: StateId | null
  readonly attempt: number | null
  /** The recorded event that was expected; `null` where there is none. */
  readonly seq: number | null
  readonly message: string
  /** What differs; a member absent on one side is absent here. */
  readonly pointers: readonly {
    readonly pointer: JsonPointer
    readonly recorded?: JsonValue
    readonly produced?: JsonValue
  }[]
  /** The error of the call that the facts did not answer. */
  readonly error: (ErrorInfo & { readonly help?: string | undefined }) | null
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
  /** `identical` when the replay met no difference. A plain replay looks only for calls that no fact answers. */
  readonly verdict: 'identical' | 'different'
  /** In the order met; a verification stops at the first. */
  readonly differences: readonly Difference[]
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
