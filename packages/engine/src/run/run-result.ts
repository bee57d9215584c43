import type { ArtifactId, Digest, ErrorInfo, RunId, RunStatus, StateId } from '@mfm/core-types'

/** Why a run failed: the last failed attempt, or the limit that the run met. */
export interface RunFailure {
  readonly stateId: StateId | null
  readonly attempt: number | null
  readonly error: ErrorInfo
}

/** How a start or a resume left a run. A failed run is a result, not an error. */
export interface RunResult {
  readonly runId: RunId
  /** `running`: stopped on the way, to be resumed. */
  readonly phase: RunStatus | 'running'
  /** The snapshot of the last completed state. */
  readonly finalSnapshotId: ArtifactId
  readonly head: { readonly seq: number; readonly digest: Digest | null }
  readonly failure: RunFailure | undefined
}
