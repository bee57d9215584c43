import { AsyncLocalStorage } from 'node:async_hooks'
import { bytesArtifact, jsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  ArtifactStore,
  CallOptions,
  FactKey,
  IoCall,
  IoProvider,
  IoResult,
  IoScope,
  JsonValue,
  NumberProfile,
  SecretResolver,
  Transport,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { AskedCall, DerivedKind } from '@mfm/facts'
import {
  AttemptCounters,
  askCall,
  copyRequest,
  derivedKey,
  KeyedQueue,
  parseCallerKey,
  parseNamespace,
  parseRandomLength,
  parseSleep,
  payloadOf,
  refuseSecrets,
  valueConflict,
} from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'
import { joinSignals } from './abortable.ts'
import { answerBound, readPayload } from './bound-fact.ts'
import type { EarlierAnswer, EarlierFacts } from './earlier-facts.ts'
import { bindingConflict } from './failure.ts'
import { LiveStreams } from './live-streams.ts'
import type { Outcome, PlainFact } from './outcome.ts'
import { answered, answeredEarlier, failed, plainCommit } from './outcome.ts'
import { perform, unrecordedResult } from './perform.ts'
import { prepareAnswer } from './prepare-answer.ts'
import type { RunWriter } from './run-writer.ts'
import { SettleQueue } from './settle-queue.ts'
import type { SystemSources } from './system-sources.ts'
import { readClock, readRandom, SYSTEM_SOURCES } from './system-sources.ts'
import type { FactCommit } from './write-request.ts'

export interface LiveIoOptions extends Partial<SystemSources> {
  /** The attempt that asks, in the run that the writer writes. */
  readonly scope: IoScope
  readonly writer: Pick<RunWriter, 'findFact' | 'factMeta' | 'recordFact'>
  readonly artifacts: ArtifactStore
  /** Absent: a call that brings no `perform` of its own is `io_unimplemented`. */
  readonly transport?: Transport | undefined
  readonly guard: SecretGuard
  readonly resolveSecret: SecretResolver
  readonly numbers?: NumberProfile | undefined
  /** What a bound key asked with another request gives: `error` (default) or the recorded answer. */
  readonly divergence?: 'error' | 'accept' | undefined
  /** Aborted when the attempt must end. */
  readonly signal?: AbortSignal | undefined
  /** `false` refuses every outside input with `io_not_allowed`. */
  readonly allowIo?: boolean | undefined
  /** Answers before anything is performed; what it answers is recorded. */
  readonly earlier?: EarlierFacts | undefined
  /** Longest streamed body, in bytes; 32 MiB where absent. It is in memory until it has ended. */
  readonly maxStreamBytes?: number | undefined
}

/** A call with what another run may have for it. */
interface AskingCall {
  readonly call: IoCall
  readonly earlier: (() => Promise<EarlierAnswer | undefined>) | undefined
}

/** The provider for which a call is being performed. */
const performing = new AsyncLocalStorage<LiveIo>()

/**
 * Performs IO and records each answer before the caller has it. One per attempt.
 *
 * Callers go on one at a time, in the order in which their facts are on the stream.
 */
export class LiveIo implements IoProvider {
  readonly #options: LiveIoOptions
  readonly #sources: SystemSources
  readonly #signal: AbortSignal
  readonly #counters = new AttemptCounters()
  readonly #queue = new KeyedQueue()
  readonly #settling = new SettleQueue()
  #streams: LiveStreams | undefined
  #closed = false

  constructor(options: LiveIoOptions) {
    this.#options = options
    this.#signal = options.signal ?? new AbortController().signal
    this.#sources = {
      clock: options.clock ?? SYSTEM_SOURCES.clock,
      randomBytes: options.randomBytes ?? SYSTEM_SOURCES.randomBytes,
      sleep: options.sleep ?? SYSTEM_SOURCES.sleep,
    }
  }

  async call(call: IoCall, { signal }: CallOptions = {}): Promise<IoResult> {
    this.#admitInput()
    const joined = joinSignals(this.#signal, signal)
    if (call.factKey === null) {
      parseNamespace(call.namespace)
      return await unrecordedResult(perform(call, null, joined, this.#options))
    }
    const { scope, numbers, guard } = this.#options
    const asked = askCall(call, call.factKey, { scope, numbers, counters: this.#counters })
    refuseSecrets(guard, {
      ...(call.factKey !== undefined && { factKey: call.factKey }),
      request: asked.identity.redacted,
    })
    const copy = { ...call, request: copyRequest(call.request) }
    if (call.stream === true) {
      const earlier = this.#options.earlier?.stream(copy, asked)
      return await this.#queue.run(asked.key, () =>
        this.#streaming().open({ call: copy, asked, signal: joined, earlier }),
      )
    }
    const earlier = this.#options.earlier?.call(copy, asked)
    return await this.#queue.run(asked.key, () =>
      this.#answer({ call: copy, earlier }, asked, joined),
    )
  }

  async #answer(asking: AskingCall, asked: AskedCall, signal: AbortSignal): Promise<IoResult> {
    const { writer } = this.#options
    const known = await this.#settling.recorded(
      () => writer.findFact(asked.key),
      (payloadId) => answerBound(asked, payloadId, this.#options),
    )
    if (known !== undefined) return known.value
    const outcome = await this.#attempt(asking, asked, signal)
    const artifactId = await this.#commit(outcome.commit)
    if (artifactId === outcome.commit.event.payloadId) return outcome.settle()
    const lost = failed(asked, bindingConflict(asked.key), { ...this.#options, aborted: false })
    await this.#commit(lost.commit)
    return lost.settle()
  }

  /** Never rejects: a failure is an outcome. */
  async #attempt(
    { call, earlier }: AskingCall,
    asked: AskedCall,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { guard, numbers } = this.#options
    try {
      const recorded = earlier && (await earlier())
      if (recorded !== undefined) return answeredEarlier(asked, recorded, this.#options)
      const answer = await performing.run(this, () =>
        perform(call, asked.key, signal, this.#options),
      )
      return answered(asked, prepareAnswer(answer, { guard, numbers }), this.#options)
    } catch (error) {
      return failed(asked, error, { ...this.#options, aborted: signal.aborted })
    }
  }

  async getRecordedFact(key: FactKey): Promise<ArtifactId | undefined> {
    this.#refuseClosed()
    return await this.#options.writer.findFact(key)
  }

  async recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId> {
    this.#admitInput()
    parseCallerKey(key)
    refuseSecrets(this.#options.guard, { factKey: key })
    const { guard, numbers, writer } = this.#options
    const payload = payloadOf(value, { guard, numbers }, 'a recorded value').artifact
    const ordinal = this.#counters.nextOperation()
    const earlier = this.#options.earlier?.recordValue(key, value)
    return await this.#queue.run(key, async () => {
      const known = await this.#settling.recorded(
        () => writer.findFact(key),
        (id) => Promise.resolve(id),
      )
      if (known === undefined && earlier !== undefined) await earlier()
      const artifactId =
        known?.value ?? (await this.#record({ key, payload, namespace: 'value', ordinal }))
      if (artifactId === payload.id) return artifactId
      const { artifacts } = this.#options
      const recorded = await artifacts.get(artifactId).catch(() => undefined)
      throw valueConflict(key, recorded, payload)
    })
  }

  async nowMillis(): Promise<number> {
    this.#admitInput()
    const { clock } = this.#sources
    const earlier = this.#options.earlier?.nowMillis()
    const now = earlier === undefined ? readClock(clock) : undefined
    const fact = this.#nextDerived('now_millis')
    return await this.#queue.run(fact.key, async () => {
      const millis = now ?? (await earlier) ?? readClock(clock)
      const payload = jsonArtifact('fact_payload', millis)
      const artifactId = await this.#record({ ...fact, payload })
      if (artifactId === payload.id) return millis
      throw bindingConflict(fact.key)
    })
  }

  async randomBytes(length: number): Promise<Uint8Array> {
    this.#admitInput()
    parseRandomLength(length)
    const draw = (): Uint8Array => readRandom(this.#sources.randomBytes, length)
    const earlier = this.#options.earlier?.randomBytes(length)
    const drawn = earlier === undefined ? draw() : undefined
    const fact = this.#nextDerived('random_bytes')
    return await this.#queue.run(fact.key, async () => {
      const payload = bytesArtifact('fact_payload', drawn ?? (await earlier) ?? draw())
      const artifactId = await this.#record({ ...fact, payload })
      if (artifactId === payload.id) return Uint8Array.from(payload.bytes)
      const stored = await readPayload(artifactId, this.#options.artifacts)
      if (stored.length === length) return stored
      throw new MfmError('fact_payload_invalid', { details: { payloadId: artifactId, length } })
    })
  }

  async sleepMs(millis: number, { signal }: CallOptions = {}): Promise<void> {
    this.#refuseClosed()
    parseSleep(millis)
    const joined = joinSignals(this.#signal, signal)
    joined.throwIfAborted()
    await this.#sources.sleep(millis, joined)
  }

  /**
   * Refuses what comes from now on with `io_closed`, gives up the streamed bodies that are open, and resolves when what is
   * under way has been recorded.
   */
  async close(): Promise<void> {
    this.#closed = true
    await this.#queue.drained()
    await this.#streams?.close()
  }

  #streaming(): LiveStreams {
    this.#streams ??= new LiveStreams({
      io: this.#options,
      settling: this.#settling,
      performing: (task) => performing.run(this, task),
      commit: (commit) => this.#commit(commit),
    })
    return this.#streams
  }

  #admitInput(): void {
    this.#refuseClosed()
    if (this.#options.allowIo === false) throw new MfmError('io_not_allowed')
    // A replay does not perform, so what is asked in there would be missing, or shift what is asked later.
    if (performing.getStore() === this) throw new MfmError('io_nested')
  }

  #refuseClosed(): void {
    if (this.#closed) throw new MfmError('io_closed')
  }

  #nextDerived(kind: DerivedKind): Omit<PlainFact, 'payload'> {
    return {
      key: derivedKey(kind, this.#options.scope, this.#counters.nextDerived()),
      namespace: kind,
      ordinal: this.#counters.nextOperation(),
    }
  }

  async #record(fact: PlainFact): Promise<ArtifactId> {
    return await this.#commit(plainCommit(fact, this.#options.scope))
  }

  /** Every fact is committed here, so that all callers take their turn in the order of their commits. */
  async #commit(commit: FactCommit): Promise<ArtifactId> {
    const { artifactId, inserted } = await this.#options.writer.recordFact(commit)
    await this.#settling.turn(inserted)
    return artifactId
  }
}
