import type { AmbientWatch } from '@mfm/ambient'
import { outsideState } from '@mfm/ambient'
import type {
  ArtifactId,
  DivergencePolicy,
  NewArtifact,
  RunConfig,
  RunEvent,
  RunId,
  StateFailed,
  StateId,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { Commit } from '@mfm/io-live'
import { SYSTEM_SOURCES } from '@mfm/io-live'
import { ReplayIo } from '@mfm/io-replay'
import { SecretGuard } from '@mfm/secrets'
import { ContextTree } from '../context/context-tree.ts'
import type { EngineOptions } from '../engine-options.ts'
import type { AttemptScope, AttemptTools, InTurn, RunHost } from '../run/run-host.ts'
import { RunRecorder } from '../run/run-recorder.ts'
import { AttemptWatch } from './attempt-watch.ts'
import { EventComparison } from './event-comparison.ts'
import { isRecorded } from './recorded-divergence.ts'
import type { RecordedRun } from './recorded-run.ts'
import { attemptKey } from './recorded-run.ts'
import { refineDifference } from './refine-difference.ts'
import type { Difference } from './replay-report.ts'
import { watchReplay } from './watch-replay.ts'

export interface ReplayHostOptions {
  readonly engine: EngineOptions
  readonly recorded: RecordedRun
  /** Hold every event against the recorded ones, and stop at the first difference. */
  readonly compare: boolean
  /** For the whole replay, whatever the run, its states and their calls say. */
  readonly divergence: DivergencePolicy | undefined
  /** Tells where the code asks; costs a stack for each operation. */
  readonly locate: (() => string | undefined) | undefined
  readonly timing: 'recorded' | undefined
  readonly signal: AbortSignal | undefined
}

/** Ends the loop of a replay at its first difference; never leaves this folder. */
export class ReplayStopped extends Error {}

/** A run in replay: answers from facts, compares with the stream, keeps what it makes in memory. */
export class ReplayHost implements RunHost {
  readonly runId: RunId
  readonly config: RunConfig
  readonly guard: SecretGuard
  readonly ambient: AmbientWatch | undefined
  readonly signal: AbortSignal
  readonly summarySeq = undefined
  readonly differences: Difference[] = []
  /** Those that the policy lets pass. */
  readonly allowed: Difference[] = []
  readonly outsideEnds: ReadonlyMap<string, StateFailed>
  attempts = 0
  readonly #options: ReplayHostOptions
  readonly #comparison: EventComparison
  readonly #made = new Map<ArtifactId, NewArtifact>()
  /** Of the attempt that runs, or has just run. */
  #watch: AttemptWatch | undefined

  constructor(options: ReplayHostOptions) {
    const { engine, recorded, signal } = options
    this.#options = options
    this.runId = recorded.runId
    this.config = recorded.manifest.runConfig
    this.outsideEnds = recorded.outsideEnds
    this.guard =
      engine.guard?.(this.config.secrets) ?? new SecretGuard({ mode: this.config.secrets })
    this.signal = signal ?? new AbortController().signal
    this.ambient = watchReplay(engine, (difference) => this.differences.push(difference))
    this.#comparison = new EventComparison(recorded.comparable)
  }

  now(): number {
    return 0
  }

  async commit({ artifacts = [], events }: Commit): Promise<void> {
    for (const artifact of artifacts) this.#made.set(artifact.id, artifact)
    for (const event of events) await this.#compare(event)
  }

  /** After the loop: what was recorded and did not come. */
  finish(): void {
    const missing = this.#options.compare ? this.#comparison.end() : undefined
    if (missing !== undefined) this.differences.push(missing)
  }

  async load(id: ArtifactId): Promise<Uint8Array> {
    return this.#made.get(id)?.bytes ?? (await this.#options.engine.stores.artifacts.get(id))
  }

  openAttempt({ stateId, attempt, ...scope }: AttemptScope): AttemptTools {
    const { config, guard, runId } = this
    this.attempts += 1
    const { recorded, divergence: override, locate } = this.#options
    const { source } = recorded
    const policy = override ?? scope.divergence ?? config.divergence
    const onMiss = (difference: Difference): void => this.#miss(difference)
    const watch = new AttemptWatch({ source, stateId, attempt, policy, override, onMiss })
    this.#watch = watch
    const io = new ReplayIo({
      scope: { runId, stateId, attempt },
      source,
      numbers: config.numbers,
      divergence: policy,
      guard,
      locate,
      onAnswered: watch.answered,
      onAccepted: watch.accepted,
      ...(this.#options.timing === 'recorded' && {
        pace: (millis) => outsideState(() => this.#wait(millis)),
      }),
    })
    const inTurn: InTurn = (wait) => outsideState(() => io.inTurn(wait))
    const write = (events: readonly RunEvent[]) => inTurn(() => this.commit({ events }))
    return {
      io: watch.around(io),
      events: new RunRecorder({ stateId, attempt, config, guard, write }),
      inTurn,
    }
  }

  async #wait(millis: number): Promise<void> {
    const sleep = this.#options.engine.sleep ?? SYSTEM_SOURCES.sleep
    await sleep(millis, this.signal)
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

  divergenceOf(): undefined {
    return
  }

  /** After a call that was let pass without an answer, the attempt ends as it did. */
  async recordedEnd(stateId: StateId, attempt: number): Promise<RunEvent | undefined> {
    const watch = this.#watch
    if (watch?.isSuspended !== true) return undefined
    this.#watch = undefined
    const { differences, allowed } = await watch.findings()
    this.differences.push(...differences)
    this.allowed.push(...allowed)
    const end = this.#options.recorded.ends.get(attemptKey(stateId, attempt))
    if (differences.length > 0 || end === undefined) return undefined
    this.#comparison.skipTo(end.seq)
    return end.event
  }

  takeFailpoint(): boolean {
    return false
  }

  async #compare(event: RunEvent): Promise<void> {
    if (!this.#options.compare || event.type === 'history_summarized') return
    if (event.type === 'domain' && this.#watch?.isSuspended === true) return
    const recorded = this.#comparison.expectedAfter(0)?.event
    const difference = this.#comparison.next(event)
    // What a call was not answered explains what came of it.
    const isExplained = this.differences.length > 0
    const isSameType = recorded?.type === event.type
    const asked = isExplained || !isSameType ? [] : await this.#askedOtherwise(event)
    this.differences.push(...asked)
    if (difference !== undefined && !isExplained) {
      const tree = new ContextTree((id) => this.load(id), this.config.numbers)
      const events = { recorded, produced: event }
      this.differences.push(await refineDifference(difference, events, tree))
    }
    if (difference !== undefined || asked.length > 0) throw new ReplayStopped()
  }

  async #askedOtherwise({ type }: RunEvent): Promise<readonly Difference[]> {
    if (type !== 'state_completed' && type !== 'state_failed') return []
    const watch = this.#watch
    this.#watch = undefined
    const found = await watch?.findings()
    this.allowed.push(...(found?.allowed ?? []))
    return found?.differences ?? []
  }

  /** An attempt that diverged when it was recorded does so again. */
  #miss(difference: Difference): void {
    const { stateId, attempt } = difference
    const end = this.#options.recorded.ends.get(attemptKey(stateId ?? '', attempt ?? 0))?.event
    if (end?.type === 'state_failed' && isRecorded(difference, end.error)) return
    this.differences.push(difference)
  }
}
