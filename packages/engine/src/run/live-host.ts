import type { AmbientWatch } from '@mfm/ambient'
import { outsideState } from '@mfm/ambient'
import type { ArtifactId, JsonObject, RunConfig, RunId, StateId } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import { callSite } from '@mfm/facts'
import type { Commit, SystemSources } from '@mfm/io-live'
import { LiveIo, RunWriter, SYSTEM_SOURCES } from '@mfm/io-live'
import { resolverOf, SecretGuard } from '@mfm/secrets'
import type { EngineOptions } from '../engine-options.ts'
import type { FailpointName } from '../failpoints.ts'
import type { ReadHistory } from '../history/read-history.ts'
import { divergenceToStore } from './describe-divergence.ts'
import { ioOutsideState } from './outside-state.ts'
import type { AttemptScope, AttemptTools, InTurn, RunHost } from './run-host.ts'
import { RunRecorder } from './run-recorder.ts'
import { RunStop } from './run-stop.ts'
import { watchAmbient } from './watch-ambient.ts'

export interface LiveHostOptions {
  readonly engine: EngineOptions
  readonly runId: RunId
  readonly config: RunConfig
  /** Where the run stands: what the writer's next append follows. */
  readonly past: Pick<ReadHistory, 'head' | 'summarizedSeq'>
  readonly startedAtMillis: number | null
  readonly signal: AbortSignal | undefined
}

/** A run in live mode: performs IO, records it, writes the stream. */
export class LiveHost implements RunHost, Disposable {
  readonly runId: RunId
  readonly config: RunConfig
  readonly guard: SecretGuard
  readonly ambient: AmbientWatch | undefined
  readonly recordedOutsideEnd = (): undefined => undefined
  readonly recordedEnd = (): undefined => undefined
  readonly writer: RunWriter
  readonly #engine: EngineOptions
  readonly #sources: SystemSources
  readonly #stop: RunStop
  #summarizedSeq: number

  constructor({ engine, runId, config, past, startedAtMillis, signal }: LiveHostOptions) {
    this.runId = runId
    this.config = config
    this.guard = engine.guard?.(config.secrets) ?? new SecretGuard({ mode: config.secrets })
    this.ambient = watchAmbient(engine)
    this.#engine = engine
    this.#sources = {
      clock: engine.clock ?? SYSTEM_SOURCES.clock,
      sleep: engine.sleep ?? SYSTEM_SOURCES.sleep,
      randomBytes: engine.randomBytes ?? SYSTEM_SOURCES.randomBytes,
    }
    this.#stop = new RunStop({ sources: this.#sources, config, startedAtMillis, signal })
    this.#summarizedSeq = past.summarizedSeq
    this.writer = new RunWriter({
      stores: engine.stores,
      runId,
      head: past.head,
      clock: this.#sources.clock,
      onDurable: (envelopes) => {
        for (const envelope of envelopes) {
          if (envelope.event.type === 'history_summarized') this.#summarizedSeq = envelope.seq
          engine.onEvent?.(envelope)
        }
      },
    })
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  get summarySeq(): { readonly seq: number; readonly summarizedSeq: number } {
    return { seq: this.writer.head.seq, summarizedSeq: this.#summarizedSeq }
  }

  now(): number {
    return this.#sources.clock()
  }

  async commit(commit: Commit): Promise<void> {
    await this.writer.commit(commit)
  }

  async load(id: ArtifactId): Promise<Uint8Array> {
    return await this.#engine.stores.artifacts.get(id)
  }

  openAttempt({ stateId, attempt, signal, divergence }: AttemptScope): AttemptTools {
    const { config, guard, runId } = this
    const io = new LiveIo({
      scope: { runId, stateId, attempt },
      writer: this.writer,
      artifacts: this.#engine.stores.artifacts,
      transport: this.#engine.transport,
      resolveSecret: this.#engine.resolveSecret ?? resolverOf({}),
      numbers: config.numbers,
      divergence: divergence ?? config.divergence,
      locate: config.locations === true ? () => callSite(this.#sourceRoot) : undefined,
      maxStreamBytes: this.#engine.maxStreamBytes,
      ...this.#sources,
      guard,
      signal,
    })
    const inTurn: InTurn = (wait) => outsideState(() => io.inTurn(wait))
    const write = (events: Commit['events']) => inTurn(() => this.commit({ events }))
    const events = new RunRecorder({ stateId, attempt, config, guard, write })
    return { io: ioOutsideState(io), events, inTurn }
  }

  watchDeadline(onPassed: (reason: MfmError) => void): Disposable {
    return this.#stop.watchAttempt(onPassed)
  }

  async waitUntil(millis: number): Promise<void> {
    await this.#sources.sleep(Math.max(0, millis - this.now()), this.signal)
  }

  stopReason(): MfmError | undefined {
    return this.#stop.reason
  }

  divergenceOf(error: unknown, stateId: StateId, attempt: number): Promise<JsonObject> | undefined {
    return divergenceToStore(error, this.#engine, { runId: this.runId, stateId, attempt })
  }

  takeFailpoint(name: FailpointName): boolean {
    return this.#engine.failpoints?.take(name) ?? false
  }

  get #sourceRoot(): string {
    return this.#engine.sourceRoot ?? process.cwd()
  }

  [Symbol.dispose](): void {
    this.#stop[Symbol.dispose]()
  }
}
