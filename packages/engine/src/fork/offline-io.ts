import type {
  ArtifactId,
  CallOptions,
  DivergencePolicy,
  FactKey,
  FactMeta,
  IoCall,
  IoProvider,
  IoResult,
  IoScope,
  JsonValue,
  RunConfig,
  StreamedBody,
} from '@mfm/core-types'
import { hasCode, isMfmError, MfmError } from '@mfm/errors'
import type {
  AskedCall,
  DerivedKind,
  RecordedBody,
  StreamChunk,
  StreamedAnswer,
  StreamPlace,
} from '@mfm/facts'
import {
  AttemptCounters,
  askCall,
  derivedKey,
  encodeStreamedAnswer,
  failureKey,
  parseRandomLength,
  payloadOf,
  STREAM_OUTCOMES,
} from '@mfm/facts'
import { answeringCall, ReplayIo } from '@mfm/io-replay'
import type { SecretGuard } from '@mfm/secrets'
import { FollowedBody } from '../run/followed-body.ts'
import type { ForkWriter } from './fork-writer.ts'
import { isUnreadable } from './parent-attempt.ts'
import type { ParentFacts } from './parent-facts.ts'

export interface OfflineIoOptions {
  readonly scope: IoScope
  /** In the parent: its run id, and the attempt whose times, noise and failures answer. */
  readonly parentScope: IoScope
  readonly parent: ParentFacts
  readonly writer: ForkWriter
  readonly config: RunConfig
  readonly divergence: DivergencePolicy
  readonly guard: SecretGuard
  /** Ends the fork: the parent cannot answer, and nobody else may. */
  readonly stop: (error: MfmError) => void
}

/**
 * A replay of the parent whose answers become facts of the fork, under the fork's own keys and in the order in which
 * callers go on. Nothing is performed. One per attempt.
 */
export class OfflineIo implements IoProvider {
  readonly #options: OfflineIoOptions
  readonly #io: ReplayIo
  readonly #counters = new AttemptCounters()
  /** Facts of this attempt, and parts of streamed answers, that the program has had. */
  #facts = 0
  #parts = 0

  constructor(options: OfflineIoOptions) {
    const { parentScope, parent, guard, config } = options
    const { numbers } = config
    this.#options = options
    this.#io = new ReplayIo({
      scope: parentScope,
      source: parent.source,
      guard,
      numbers,
      divergence: options.divergence,
    })
  }

  async call(call: IoCall): Promise<IoResult> {
    const { scope, parentScope, parent, config } = this.#options
    const { factKey } = call
    if (factKey === null) return await this.#orStop(this.#io.call(call))
    const { numbers } = config
    const given = askCall(call, factKey, { scope, numbers, counters: this.#counters })
    const asked = answeringCall(given, parentScope, parent.source)
    try {
      const result = await this.#io.call(call)
      if (result.body !== undefined) return { ...result, body: this.#reusing(result.body, asked) }
      this.#reuse(asked.key, asked)
      return result
    } catch (error) {
      const failed = failureKey(parentScope, asked)
      if (!parent.source.facts.has(failed) || isUnreadable(error)) throw this.#stop(error)
      this.#reuse(failed, { key: failureKey(scope, asked), ordinal: asked.ordinal })
      throw error
    }
  }

  /** A streamed answer is a fact where its body ends; its parts stand between the facts of the fork. */
  #reusing(body: StreamedBody, asked: AskedCall): StreamedBody {
    if (!isRecorded(body)) throw new MfmError('internal_error')
    const { answer } = body
    const head = this.#nextPlace()
    const chunks: StreamChunk[] = []
    return new FollowedBody(body, {
      around: async (read) => {
        const next = await read().catch((error: unknown) => {
          throw hasCode(error, 'stream_exhausted') ? this.#stop(error) : error
        })
        const chunk = next.done === true ? undefined : answer.chunks[chunks.length]
        if (chunk !== undefined) chunks.push({ ...chunk, ...this.#nextPlace() })
        return next
      },
      onEnd: (_, isGivenUp) => {
        const isCut = isGivenUp || chunks.length < answer.chunks.length
        const end = isCut ? ({ ended: 'aborted', error: null } as const) : answer
        const { ended, error } = end
        this.#takeStream(asked, { ...answer, head, chunks, ended, error })
      },
    })
  }

  #takeStream(asked: AskedCall, answer: StreamedAnswer): void {
    const { parent, parentScope, writer, scope, config } = this.#options
    const failed = failureKey(parentScope, asked)
    const parentKey = parent.source.facts.has(failed) ? failed : asked.key
    const key = answer.ended === 'complete' ? asked.key : failureKey(scope, asked)
    const meta = parent.source.facts.get(parentKey)?.meta
    if (meta === undefined || parent.inherited(parentKey) !== undefined) {
      this.#reuse(parentKey, { key, ordinal: asked.ordinal })
      return
    }
    const { stateId, attempt } = scope
    parent.ledger.reuse(stateId, parentKey)
    if (writer.bound(key) !== undefined) return
    const { payload, body, delivery } = encodeStreamedAnswer(answer, config.numbers)
    const attachments = [body.id, delivery.id]
    const outcome = STREAM_OUTCOMES[answer.ended]
    const own = { ...meta, outcome, stateId, attempt, ordinal: asked.ordinal, attachments }
    writer.take({ key, payloadId: payload.id, meta: own }, payload, body, delivery)
    this.#facts += 1
  }

  #nextPlace(): StreamPlace {
    return { facts: this.#facts, parts: this.#parts++ }
  }

  async getRecordedFact(key: FactKey): Promise<ArtifactId | undefined> {
    const { parent, writer } = this.#options
    const found = await this.#io.getRecordedFact(key)
    if (found === undefined) return parent.source.facts.has(key) ? undefined : writer.bound(key)
    // In the middle of an attempt that did not record it, a fact without an origin is one that was always there.
    if (writer.bound(key) === undefined && !this.#isOwn(key)) {
      writer.take({ key, payloadId: found, meta: undefined })
    }
    return found
  }

  /** Whether the attempt recorded the fact; its caller may not have gone on yet. */
  #isOwn(key: FactKey): boolean {
    const { parent, parentScope } = this.#options
    const meta = parent.source.facts.get(key)?.meta
    return meta?.stateId === parentScope.stateId && meta.attempt === parentScope.attempt
  }

  async recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId> {
    const { parent, writer, guard, config, scope } = this.#options
    const asked = this.#io.recordValue(key, value)
    const settled = asked.then(
      () => undefined,
      (error: unknown) => error,
    )
    // Refuses what the recorder refuses, before it counts.
    const { artifact } = payloadOf(value, { guard, numbers: config.numbers }, 'a recorded value')
    const ordinal = this.#counters.nextOperation()
    const error = await settled
    if (error === undefined) {
      this.#reuse(key, { key, ordinal })
      return artifact.id
    }
    if (!hasCode(error, 'missing_fact', 'fact_payload_conflict')) throw this.#stop(error)
    if (parent.inherited(key) !== undefined) {
      await this.getRecordedFact(key)
      throw error
    }
    const bound = writer.bound(key)
    if (bound === artifact.id) return artifact.id
    if (bound !== undefined) throw error
    // What the code gives is no input from outside: the fork may have a value of its own.
    const meta = { v: 1, namespace: 'value', requestId: null, outcome: 'answered' } as const
    const { stateId, attempt } = scope
    writer.take(
      { key, payloadId: artifact.id, meta: { ...meta, stateId, attempt, ordinal } },
      artifact,
    )
    this.#facts += 1
    parent.ledger.record(stateId, key)
    return artifact.id
  }

  async nowMillis(): Promise<number> {
    return await this.#derived('now_millis', () => this.#io.nowMillis())
  }

  async randomBytes(length: number): Promise<Uint8Array> {
    parseRandomLength(length)
    return await this.#derived('random_bytes', () => this.#io.randomBytes(length))
  }

  async sleepMs(millis: number, options?: CallOptions): Promise<void> {
    await this.#io.sleepMs(millis, options)
  }

  /** As {@link ReplayIo.inTurn}. */
  async inTurn<T>(wait: () => Promise<T>): Promise<T> {
    return await this.#io.inTurn(wait)
  }

  async #derived<T>(kind: DerivedKind, ask: () => Promise<T>): Promise<T> {
    const { scope, parentScope } = this.#options
    const place = this.#counters.nextDerived()
    const ordinal = this.#counters.nextOperation()
    const value = await this.#orStop(ask())
    const key = derivedKey(kind, scope, place)
    this.#reuse(derivedKey(kind, parentScope, place), { key, ordinal })
    return value
  }

  /** Before the caller goes on: so the order of facts is the order in which callers do. */
  #reuse(
    parentKey: FactKey,
    { key, ordinal }: { readonly key: FactKey; readonly ordinal: number },
  ): void {
    const { parent, writer, scope } = this.#options
    const { stateId, attempt } = scope
    parent.ledger.reuse(stateId, parentKey)
    const fact = parent.source.facts.get(parentKey)
    if (fact === undefined || writer.bound(key) !== undefined) return
    const { payloadId, meta } = fact
    const isInherited = parent.inherited(parentKey) !== undefined
    const own: FactMeta | undefined =
      isInherited || meta === undefined ? meta : { ...meta, stateId, attempt, ordinal }
    writer.take({ key, payloadId, meta: own })
    if (own !== undefined && !isInherited) this.#facts += 1
  }

  async #orStop<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked
    } catch (error) {
      throw this.#stop(error)
    }
  }

  #stop(error: unknown): MfmError {
    const known = isMfmError(error) ? error : new MfmError('internal_error', { cause: error })
    // These the code would have met in any run.
    if (!hasCode(known, ...OF_THE_CODE)) this.#options.stop(known)
    return known
  }
}

function isRecorded(body: StreamedBody): body is RecordedBody {
  return 'answer' in body
}

const OF_THE_CODE = [
  'secrets_detected',
  'invalid_id',
  'invalid_option',
  'io_closed',
  'stream_open',
] as const
