import type {
  ArtifactId,
  NewArtifact,
  RunConfig,
  RunEvent,
  RunId,
  StateFailed,
  StateId,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { Commit } from '@mfm/io-live'
import { ReplayIo } from '@mfm/io-replay'
import { SecretGuard } from '@mfm/secrets'
import type { EngineOptions } from '../engine-options.ts'
import type { AttemptScope, AttemptTools, RunHost } from '../run/run-host.ts'
import { RunRecorder } from '../run/run-recorder.ts'
import { EventComparison } from './event-comparison.ts'
import { observeMisses } from './observe-misses.ts'
import type { RecordedRun } from './recorded-run.ts'
import { attemptKey } from './recorded-run.ts'
import type { Difference } from './replay-report.ts'

export interface ReplayHostOptions {
  readonly engine: EngineOptions
  readonly recorded: RecordedRun
  /** Hold every event against the recorded ones, and stop at the first difference. */
  readonly compare: boolean
  readonly signal: AbortSignal | undefined
}

/** Ends the loop of a replay at its first difference; never leaves this folder. */
export class ReplayStopped extends Error {}

/** A run in replay: answers from facts, compares with the stream, keeps what it makes in memory. */
export class ReplayHost implements RunHost {
  readonly runId: RunId
  readonly config: RunConfig
  readonly guard: SecretGuard
  readonly signal: AbortSignal
  readonly summarySeq = undefined
  readonly differences: Difference[] = []
  readonly outsideEnds: ReadonlyMap<string, StateFailed>
  attempts = 0
  readonly #options: ReplayHostOptions
  readonly #comparison: EventComparison
  readonly #made = new Map<ArtifactId, NewArtifact>()

  constructor(options: ReplayHostOptions) {
    const { engine, recorded, signal } = options
    this.#options = options
    this.runId = recorded.runId
    this.config = recorded.manifest.runConfig
    this.outsideEnds = recorded.outsideEnds
    this.guard =
      engine.guard?.(this.config.secrets) ?? new SecretGuard({ mode: this.config.secrets })
    this.signal = signal ?? new AbortController().signal
    this.#comparison = new EventComparison(recorded.comparable)
  }

  now(): number {
    return 0
  }

  async commit({ artifacts = [], events }: Commit): Promise<void> {
    for (const artifact of artifacts) this.#made.set(artifact.id, artifact)
    for (const event of events) this.#compare(event)
  }

  /** After the loop: what was recorded and did not come. */
  finish(): void {
    const missing = this.#options.compare ? this.#comparison.end() : undefined
    if (missing !== undefined) this.differences.push(missing)
  }

  async load(id: ArtifactId): Promise<Uint8Array> {
    return this.#made.get(id)?.bytes ?? (await this.#options.engine.stores.artifacts.get(id))
  }

  openAttempt({ stateId, attempt }: AttemptScope): AttemptTools {
    const { config, guard, runId } = this
    this.attempts += 1
    const io = new ReplayIo({
      scope: { runId, stateId, attempt },
      source: this.#options.recorded.source,
      numbers: config.numbers,
      divergence: config.divergence,
      guard,
    })
    const write = async (events: readonly RunEvent[]): Promise<void> =>
      await this.commit({ events })
    return {
      io: observeMisses(io, (error) => this.#miss(error, stateId, attempt)),
      events: new RunRecorder({ stateId, attempt, config, guard, write }),
    }
  }

  watchDeadline(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  async waitUntil(): Promise<void> {
    this.signal.throwIfAborted()
  }

  /** A run that was cancelled, or ran out of time, ends where it was recorded to. */
  stopReason(waiting: number): MfmError | undefined {
    if (this.signal.aborted)
      return new MfmError('attempt_interrupted', { cause: this.signal.reason })
    const event = this.#comparison.expectedAfter(waiting)?.event
    if (!this.#options.compare || event?.type !== 'run_completed') return undefined
    if (event.status === 'cancelled') return new MfmError('run_cancelled')
    if (event.error?.code !== 'run_deadline_exceeded') return undefined
    return new MfmError('run_deadline_exceeded', { message: event.error.message })
  }

  recordedOutsideEnd(stateId: StateId, attempt: number): StateFailed | undefined {
    return this.outsideEnds.get(attemptKey(stateId, attempt))
  }

  takeFailpoint(): boolean {
    return false
  }

  #compare(event: RunEvent): void {
    if (!this.#options.compare || event.type === 'history_summarized') return
    const difference = this.#comparison.next(event)
    if (difference === undefined) return
    // What a call was not answered explains what came of it.
    if (this.differences.length === 0) this.differences.push(difference)
    throw new ReplayStopped()
  }

  #miss(error: MfmError, stateId: StateId, attempt: number): void {
    const kind = MISS_KINDS.get(error.code)
    if (kind === undefined) return
    this.differences.push({
      kind,
      stateId,
      attempt,
      seq: null,
      message: error.message,
      pointers: [],
      error: { ...error.toInfo(), help: error.help },
    })
  }
}

const MISS_KINDS: ReadonlyMap<string, Difference['kind']> = new Map([
  ['missing_fact', 'missing'],
  ['fact_exhausted', 'exhausted'],
  ['fact_diverged', 'diverged'],
  ['fact_payload_conflict', 'diverged'],
  ['fact_payload_invalid', 'diverged'],
  ['missing_fact_key', 'refused'],
])
