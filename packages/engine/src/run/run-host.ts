import type { AmbientWatch } from '@mfm/ambient'
import type {
  ArtifactId,
  DivergencePolicy,
  EventRecorder,
  IoProvider,
  JsonObject,
  RunConfig,
  RunEvent,
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
  /** That of the state, where it says one. */
  readonly divergence: DivergencePolicy | undefined
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
  /** Finds what the states take past their provider; `undefined` where nothing is looked for. */
  readonly ambient: AmbientWatch | undefined
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
  /** In a replay: the end of an attempt that cannot be told from what its code did. To be asked when it has ended. */
  recordedEnd(stateId: StateId, attempt: number): Promise<RunEvent | undefined> | undefined
  /** In a live run: what the record of a failure says of the call that diverged. */
  divergenceOf(
    error: unknown,
    stateId: StateId,
    attempt: number,
  ): Promise<JsonObject | undefined> | undefined
  takeFailpoint(name: FailpointName): boolean
}
