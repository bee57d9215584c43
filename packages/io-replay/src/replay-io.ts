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
  JsonObject,
  JsonValue,
  NumberProfile,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { AskedCall, DerivedKind, RecordedFact } from '@mfm/facts'
import {
  AttemptCounters,
  abortError,
  annotate,
  askCall,
  derivedKey,
  divergedError,
  failureKey,
  isSameCall,
  parseCallerKey,
  parseRandomLength,
  parseSleep,
  payloadOf,
  placeOf,
  recordedResult,
  refuseSecrets,
  requestOf,
  streamOpenError,
  valueConflict,
} from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'
import { answeringCall } from './answering-call.ts'
import type { FactSource, RecordedAttempt } from './fact-source.ts'
import type { AskedPlace } from './missing-fact.ts'
import { missingCall, missingKey, unrecordedCall } from './missing-fact.ts'
import { nearestTo } from './nearest-facts.ts'
import { bytesOf, failureOf, jsonOf } from './recorded-payload.ts'
import { replayStream } from './replay-stream.ts'
import { SettleOrder } from './settle-order.ts'

export interface ReplayIoOptions {
  /** The attempt that asks. Its `runId` is that of the run whose facts answer, whichever run is executing. */
  readonly scope: IoScope
  readonly source: FactSource
  /** As in live mode: it judges what has no fact to answer it, and values that are recorded again. */
  readonly guard: SecretGuard
  readonly numbers?: NumberProfile | undefined
  /** For calls that say no other; `strict` by default. A call that was not recorded has no answer under any. */
  readonly divergence?: DivergencePolicy | undefined
  /** `false` refuses every outside input with `io_not_allowed`. */
  readonly allowIo?: boolean | undefined
  /** Aborted when the attempt must end: what is asked then rejects. The signal of a single call has no effect. */
  readonly signal?: AbortSignal | undefined
  /** Whether an attempt may be made again after a missing fact. Default `false`. */
  readonly missingFactRetryable?: boolean | undefined
  /** Waits for the recorded time of each chunk of a streamed answer; absent: chunks come at once. */
  readonly pace?: ((millis: number) => Promise<void>) | undefined
  /** Tells where the code asks, for what errors say. Called before anything is awaited. */
  readonly locate?: (() => string | undefined) | undefined
  /** Told, when a call is made that a fact answers, by which fact. */
  readonly onAnswered?: ((fact: RecordedFact, asked: AskedPlace) => void) | undefined
  /** Told what would have been thrown where a call gets the answer to another request. */
  readonly onAccepted?: ((error: MfmError) => void) | undefined
}

/**
 * Answers from facts alone: it never performs anything and never writes. One per attempt.
 *
 * Callers go on one at a time: in the order of asking with what is known, then in the order of the stream.
 */
export class ReplayIo implements IoProvider {
  readonly #options: ReplayIoOptions
  readonly #source: FactSource
  readonly #recorded: RecordedAttempt
  readonly #counters = new AttemptCounters()
  readonly #order: SettleOrder
  /** Where the facts are of keys that were asked for as streamed answers. */
  readonly #streamed = new Map<FactKey, number>()
  #closed = false

  constructor(options: ReplayIoOptions) {
    this.#options = options
    this.#source = options.source
    this.#recorded = options.source.attempt(options.scope)
    this.#order = new SettleOrder(this.#recorded.factSeqs)
  }

  call(call: IoCall, _options: CallOptions = {}): Promise<IoResult> {
    return this.#order.begin(() => {
      this.#admitInput()
      const { factKey } = call
      if (factKey === null) return this.#unrecorded(call)
      const { scope, numbers } = this.#options
      const given = askCall(call, factKey, { scope, numbers, counters: this.#counters })
      const located = this.#located(given)
      const asked = factKey === undefined ? located : answeringCall(located, scope, this.#source)
      this.#refuseOpen(asked.key)
      const failure = this.#failureOf(asked)
      const fact = failure ?? this.#source.facts.get(asked.key)
      if (fact === undefined) return this.#order.known(() => this.#missing(asked, factKey))
      this.#options.onAnswered?.(fact, asked)
      const divergence = call.divergence ?? this.#options.divergence
      if (call.stream === true) return this.#stream(fact, asked, divergence)
      return this.#order.settle(fact.seq, () => this.#read(fact, asked, divergence))
    })
  }

  #unrecorded(call: IoCall): Promise<never> {
    const { scope, guard, numbers } = this.#options
    const asked = this.#located({ ordinal: this.#counters.operations })
    const unrecorded = { scope, source: this.#source, guard, numbers, ...asked }
    return this.#order.known(async () => {
      throw await unrecordedCall(call, unrecorded)
    })
  }

  #stream(
    fact: RecordedFact,
    asked: AskedCall,
    divergence: DivergencePolicy | undefined,
  ): Promise<IoResult> {
    this.#streamed.set(asked.key, fact.seq)
    return replayStream(fact, {
      source: this.#source,
      order: this.#order,
      call: asked,
      pace: this.#options.pace,
      payload: async () => {
        await this.#judge(fact, asked, divergence)
        return jsonOf(fact, await this.#source.read(fact), this.#options.numbers)
      },
    })
  }

  /** @throws MfmError `stream_open` for a key whose streamed answer has not ended */
  #refuseOpen(key: FactKey): void {
    const seq = this.#streamed.get(key)
    if (seq !== undefined && !this.#order.isSettled(seq)) throw streamOpenError(key)
  }

  #failureOf(asked: AskedCall): RecordedFact | undefined {
    if (!this.#recorded.hasFailures) return undefined
    return this.#source.facts.get(failureKey(this.#options.scope, asked))
  }

  async #missing(asked: AskedCall, factKey: FactKey | undefined): Promise<never> {
    const { scope, guard } = this.#options
    // Live, such a call would be refused; and its request must not get into an error.
    refuseSecrets(guard, { ...(factKey && { factKey }), request: requestOf(asked.identity) })
    throw await missingCall(asked, { scope, source: this.#source, retryable: this.#retryable })
  }

  async #read(
    fact: RecordedFact,
    asked: AskedCall,
    divergence: DivergencePolicy | undefined,
  ): Promise<IoResult> {
    const source = this.#source
    const { key, meta, payloadId } = fact
    await this.#judge(fact, asked, divergence)
    const bytes = await source.read(fact)
    if (key !== asked.key) throw failureOf(fact, bytes)
    return recordedResult({
      response: jsonOf(fact, bytes, this.#options.numbers),
      payloadId,
      attachments: () => Promise.resolve(meta?.attachments ?? []),
      readAttachment: (id) => source.artifacts.get(id),
      turns: this.#order,
    })
  }

  /** @throws MfmError `fact_diverged` where the fact is of another call, unless its answer is accepted */
  async #judge(
    { meta }: RecordedFact,
    asked: AskedCall,
    divergence: DivergencePolicy | undefined,
  ): Promise<void> {
    if (meta === undefined || isSameCall(meta, asked)) return
    const { onAccepted } = this.#options
    if (divergence !== 'accept-recorded') throw await this.#diverged(asked, meta)
    if (onAccepted !== undefined) onAccepted(await this.#diverged(asked, meta))
  }

  async #diverged(asked: AskedCall, meta: FactMeta): Promise<MfmError> {
    const source = this.#source
    const of = { ...asked, request: requestOf(asked.identity) }
    const nearest = await nearestTo(of, this.#options.scope, source)
    const error = divergedError(asked, meta, await source.request(meta.requestId))
    return annotate(error, { nearest })
  }

  /** Something else that the program waits for: it goes on in the order of asking, and before new facts. */
  inTurn<T>(wait: () => Promise<T>): Promise<T> {
    return this.#order.known(wait)
  }

  getRecordedFact(key: FactKey): Promise<ArtifactId | undefined> {
    return this.#order.begin(() => {
      this.#refuseClosed()
      const fact = this.#source.facts.get(key)
      const found = fact !== undefined && this.#isVisible(fact) ? fact.payloadId : undefined
      return this.#order.known(() => Promise.resolve(found))
    })
  }

  /** Whether a fact was there when the recorded attempt was where this one is now. */
  #isVisible(fact: RecordedFact): boolean {
    const { scope } = this.#options
    const { seq, meta } = fact
    const { enteredSeq, endedSeq, factSeqs } = this.#recorded
    if (endedSeq !== undefined && seq > endedSeq) return false
    if (meta === undefined) return true
    if (meta.stateId === scope.stateId && meta.attempt === scope.attempt) {
      return this.#order.isSettled(seq)
    }
    if (this.#source.isUsed(fact)) return true
    // In this attempt stands what a fork takes from before it as soon as somebody asks: to the program it was there.
    if (enteredSeq !== undefined && meta.stateId !== scope.stateId) return true
    return seq < (enteredSeq ?? factSeqs[0] ?? Number.POSITIVE_INFINITY)
  }

  recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId> {
    return this.#order.begin(() => {
      this.#admitInput()
      parseCallerKey(key)
      const { guard, numbers } = this.#options
      refuseSecrets(guard, { factKey: key })
      const { artifact } = payloadOf(value, { guard, numbers }, 'a recorded value')
      const asked = this.#located({ ordinal: this.#counters.nextOperation() })
      this.#refuseOpen(key)
      return this.#answer(key, asked, async (fact) => {
        const bytes = bytesOf(fact, await this.#source.read(fact))
        if (fact.payloadId === artifact.id) return artifact.id
        throw valueConflict({ key, ...asked, meta: fact.meta }, bytes, artifact)
      })
    })
  }

  nowMillis(): Promise<number> {
    return this.#order.begin(() => {
      this.#admitInput()
      const { key, asked } = this.#nextDerived('now_millis')
      return this.#answer(key, asked, async (fact) => {
        const value = jsonOf(fact, await this.#source.read(fact))
        if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
        throw payloadInvalid(fact, asked, { problem: 'is no time', differences: [] })
      })
    })
  }

  randomBytes(length: number): Promise<Uint8Array> {
    return this.#order.begin(() => {
      this.#admitInput()
      parseRandomLength(length)
      const { key, asked } = this.#nextDerived('random_bytes')
      return this.#answer(key, asked, async (fact) => {
        const bytes = bytesOf(fact, await this.#source.read(fact))
        if (bytes.length === length) return Uint8Array.from(bytes)
        throw payloadInvalid(fact, asked, {
          problem: `has ${bytes.length} bytes, not the ${length} that are asked for`,
          differences: [{ pointer: '/length', recorded: bytes.length, requested: length }],
        })
      })
    })
  }

  async sleepMs(millis: number, { signal }: CallOptions = {}): Promise<void> {
    this.#refuseClosed()
    parseSleep(millis)
    signal?.throwIfAborted()
  }

  /** Refuses what comes from now on with `io_closed`. */
  async close(): Promise<void> {
    this.#closed = true
  }

  #answer<T>(
    key: FactKey,
    asked: AskedPlace,
    read: (fact: RecordedFact) => Promise<T>,
  ): Promise<T> {
    const source = this.#source
    const fact = source.facts.get(key)
    const { scope, onAnswered } = this.#options
    if (fact !== undefined) {
      onAnswered?.(fact, asked)
      return this.#order.settle(fact.seq, () => read(fact))
    }
    throw missingKey(key, asked, { scope, source, retryable: this.#retryable })
  }

  #nextDerived(kind: DerivedKind): { readonly key: FactKey; readonly asked: AskedPlace } {
    const key = derivedKey(kind, this.#options.scope, this.#counters.nextDerived())
    return { key, asked: this.#located({ ordinal: this.#counters.nextOperation() }) }
  }

  #located<T extends AskedPlace>(asked: T): T {
    const location = this.#options.locate?.()
    return location === undefined ? asked : { ...asked, location }
  }

  get #retryable(): boolean {
    return this.#options.missingFactRetryable ?? false
  }

  #admitInput(): void {
    this.#refuseClosed()
    const { allowIo, signal } = this.#options
    if (allowIo === false) throw new MfmError('io_not_allowed')
    if (signal?.aborted) throw abortError(signal)
  }

  #refuseClosed(): void {
    if (this.#closed) throw new MfmError('io_closed')
  }
}

function payloadInvalid(
  { key, payloadId, meta }: RecordedFact,
  { ordinal, location }: AskedPlace,
  found: { readonly problem: string; readonly differences: readonly JsonObject[] },
): MfmError {
  const { problem, differences } = found
  const error = new MfmError('fact_payload_invalid', {
    message: `the payload of the fact ${JSON.stringify(key)} ${problem}`,
    details: {
      key,
      payloadId,
      differences,
      ordinal,
      ...(meta !== undefined && { namespace: meta.namespace, recorded: placeOf(meta) }),
    },
  })
  return annotate(error, { location })
}
