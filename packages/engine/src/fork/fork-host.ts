import type { AmbientWatch } from '@mfm/ambient'
import { outsideState } from '@mfm/ambient'
import type { ArtifactId, JsonObject, RunConfig, RunEvent, RunId, StateId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { Commit, SystemSources } from '@mfm/io-live'
import { SYSTEM_SOURCES } from '@mfm/io-live'
import type { SecretGuard } from '@mfm/secrets'
import { resolverOf } from '@mfm/secrets'
import type { EngineOptions } from '../engine-options.ts'
import type { FailpointName } from '../failpoints.ts'
import { divergenceToStore } from '../run/describe-divergence.ts'
import { ioOutsideState } from '../run/outside-state.ts'
import type { AttemptScope, AttemptTools, InTurn, RunHost } from '../run/run-host.ts'
import { RunRecorder } from '../run/run-recorder.ts'
import { RunStop } from '../run/run-stop.ts'
import { watchAmbient } from '../run/watch-ambient.ts'
import { ForkWriter } from './fork-writer.ts'
import { LiveForkIo } from './live-fork-io.ts'
import { OfflineIo } from './offline-io.ts'
import { overlaidArtifacts } from './overlaid-artifacts.ts'
import { ParentAttempt } from './parent-attempt.ts'
import type { ParentFacts } from './parent-facts.ts'

export interface ForkHostOptions {
  readonly engine: EngineOptions
  readonly runId: RunId
  readonly config: RunConfig
  readonly guard: SecretGuard
  readonly parent: ParentFacts
  readonly allowsLive: boolean
  readonly startedAtMillis: number
  readonly signal: AbortSignal | undefined
}

/** A fork while it runs: the parent's facts answer, and what it comes to is the stream of a run of its own. */
export class ForkHost implements RunHost, Disposable {
  readonly runId: RunId
  readonly config: RunConfig
  readonly guard: SecretGuard
  readonly writer: ForkWriter
  readonly signal: AbortSignal
  readonly ambient: AmbientWatch | undefined
  readonly recordedOutsideEnd = (): undefined => undefined
  readonly recordedEnd = (): undefined => undefined
  /** What the loop wrote. */
  readonly events: RunEvent[] = []
  /** Why the parent's facts do not suffice. */
  refusal: MfmError | undefined
  readonly #options: ForkHostOptions
  readonly #sources: SystemSources
  readonly #stop: RunStop
  readonly #refused = new AbortController()
  #summarizedSeq = 0

  constructor(options: ForkHostOptions) {
    const { engine, runId, config, guard, parent, startedAtMillis, signal } = options
    this.#options = options
    this.ambient = watchAmbient(engine)
    this.runId = runId
    this.config = config
    this.guard = guard
    this.#sources = {
      clock: engine.clock ?? SYSTEM_SOURCES.clock,
      sleep: engine.sleep ?? SYSTEM_SOURCES.sleep,
      randomBytes: engine.randomBytes ?? SYSTEM_SOURCES.randomBytes,
    }
    this.#stop = new RunStop({ sources: this.#sources, config, startedAtMillis, signal })
    this.signal = AbortSignal.any([this.#stop.signal, this.#refused.signal])
    this.writer = new ForkWriter({
      stores: engine.stores,
      runId,
      clock: this.#sources.clock,
      onEvent: engine.onEvent,
      isStored: (id) => parent.isStored(id),
      documents: parent.documents,
    })
  }

  get summarySeq(): { readonly seq: number; readonly summarizedSeq: number } {
    return { seq: this.writer.seq, summarizedSeq: this.#summarizedSeq }
  }

  now(): number {
    return this.#sources.clock()
  }

  async commit(commit: Commit): Promise<void> {
    const { seq } = this.writer
    const summary = commit.events.findLastIndex(({ type }) => type === 'history_summarized')
    if (summary !== -1) this.#summarizedSeq = seq + summary + 1
    this.events.push(...commit.events)
    await this.writer.commit(commit)
  }

  async load(id: ArtifactId): Promise<Uint8Array> {
    return this.writer.made(id) ?? (await this.#options.engine.stores.artifacts.get(id))
  }

  openAttempt(scope: AttemptScope): AttemptTools {
    const { stateId, attempt } = scope
    const { config, guard } = this
    const io = this.#options.allowsLive ? this.#liveIo(scope) : this.#offlineIo(scope)
    const inTurn: InTurn = (wait) => outsideState(() => io.inTurn(wait))
    const write = (events: Commit['events']) => inTurn(() => this.commit({ events }))
    const recorder = new RunRecorder({ stateId, attempt, config, guard, write })
    return { io: ioOutsideState(io), events: recorder, inTurn }
  }

  #offlineIo({ stateId, attempt, divergence }: AttemptScope): OfflineIo {
    const { runId, config, guard, writer } = this
    const { parent } = this.#options
    return new OfflineIo({
      scope: { runId, stateId, attempt },
      parentScope: parent.scopeOf({ stateId, attempt }),
      parent,
      writer,
      config,
      divergence: divergence ?? config.divergence,
      guard,
      stop: (error) => this.#refuse(error),
    })
  }

  #liveIo({ stateId, attempt, signal, ...scope }: AttemptScope): LiveForkIo {
    const { runId, config, guard, writer } = this
    const { engine, parent } = this.#options
    const { source, ledger } = parent
    const divergence = scope.divergence ?? config.divergence
    writer.beginAttempt()
    return new LiveForkIo({
      parent,
      writer,
      live: {
        scope: { runId, stateId, attempt },
        earlier: new ParentAttempt({
          scope: parent.scopeOf({ stateId, attempt }),
          source,
          ledger,
          config,
          divergence,
          guard,
          onMissing: () => writer.goLive(),
          onBroken: (error) => this.#refuse(error),
        }),
        // An answer may be asked for again before it is written.
        artifacts: overlaidArtifacts(engine.stores.artifacts, (id) => writer.made(id)),
        transport: engine.transport,
        resolveSecret: engine.resolveSecret ?? resolverOf({}),
        numbers: config.numbers,
        divergence,
        ...this.#sources,
        guard,
        signal,
      },
    })
  }

  watchDeadline(onPassed: (reason: MfmError) => void): Disposable {
    return this.#stop.watchAttempt(onPassed)
  }

  /** A wait that the parent has waited is not waited again. */
  async waitUntil(millis: number): Promise<void> {
    if (!this.writer.hasBegun) return
    await this.#sources.sleep(Math.max(0, millis - this.now()), this.signal)
  }

  stopReason(): MfmError | undefined {
    return this.refusal === undefined ? this.#stop.reason : interrupted(this.refusal)
  }

  divergenceOf(error: unknown, stateId: StateId, attempt: number): Promise<JsonObject> | undefined {
    return divergenceToStore(error, this.#options.engine, { runId: this.runId, stateId, attempt })
  }

  takeFailpoint(name: FailpointName): boolean {
    return this.#options.engine.failpoints?.take(name) ?? false
  }

  [Symbol.dispose](): void {
    this.#stop[Symbol.dispose]()
  }

  #refuse(error: MfmError): void {
    this.refusal ??= error
    this.#refused.abort(interrupted(error))
  }
}

/** The attempt says nothing about its state: with the facts at hand it can be made again. */
function interrupted(cause: MfmError): MfmError {
  return new MfmError('attempt_interrupted', { cause })
}
