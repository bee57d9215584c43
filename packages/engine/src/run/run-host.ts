import type {
  ArtifactId,
  EventRecorder,
  IoProvider,
  RunConfig,
  RunId,
  StateFailed,
  StateId,
} from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import type { Commit } from '@mfm/io-live'
import type { SecretGuard } from '@mfm/secrets'
import type { FailpointName } from '../failpoints.ts'

export interface AttemptScope {
  readonly stateId: StateId
  readonly attempt: number
  readonly signal: AbortSignal
}

/** What an attempt reaches the world through. */
export interface AttemptTools {
  readonly io: IoProvider
  readonly events: EventRecorder
  readonly inTurn: InTurn
}

/**
 * What a state waits for besides facts: a read of its context, an event that becomes durable. It goes on in the order
 * of asking and before new facts, so that how long it took decides nothing.
 */
export type InTurn = <T>(wait: () => Promise<T>) => Promise<T>

/**
 * What the state loop stands on. Live, it writes the stream and performs IO; in replay, it compares with the stream
 * and answers from facts. The loop is the same.
 */
export interface RunHost {
  readonly runId: RunId
  readonly config: RunConfig
  readonly guard: SecretGuard
  /** Aborted, with an {@link MfmError} as its reason, when the run must stop. */
  readonly signal: AbortSignal
  /** Events on the stream so far, for hosts that want summaries; else `undefined`. */
  readonly summarySeq: { readonly seq: number; readonly summarizedSeq: number } | undefined
  now(): number
  commit(commit: Commit): Promise<void>
  load(id: ArtifactId): Promise<Uint8Array>
  openAttempt(scope: AttemptScope): AttemptTools
  /** Ends the attempt when its deadline passes; the disposer stops the watch. */
  watchDeadline(onPassed: (reason: MfmError) => void): Disposable
  waitUntil(millis: number): Promise<void>
  /**
   * Why the run must stop between two attempts; `undefined` to go on.
   *
   * @param waiting events that the loop has made and not yet given to {@link commit}
   */
  stopReason(waiting: number): MfmError | undefined
  /** In a replay: the end of an attempt that no code brought about. */
  recordedOutsideEnd(stateId: StateId, attempt: number): StateFailed | undefined
  takeFailpoint(name: FailpointName): boolean
}
