import type {
  ArtifactId,
  CallOptions,
  FactKey,
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
  askCall,
  derivedKey,
  divergedError,
  failureKey,
  isSameCall,
  parseCallerKey,
  parseNamespace,
  parseRandomLength,
  parseSleep,
  payloadOf,
  recordedResult,
  refuseSecrets,
  requestOf,
  streamOpenError,
  valueConflict,
} from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'
import type { FactSource, RecordedAttempt } from './fact-source.ts'
import { missingCall, missingKey } from './missing-fact.ts'
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
  /** What a bound key asked with another request gives: `error` (default) or the recorded answer. */
  readonly divergence?: 'error' | 'accept' | undefined
  /** `false` refuses every outside input with `io_not_allowed`. */
  readonly allowIo?: boolean | undefined
  /** Aborted when the attempt must end: what is asked then rejects. The signal of a single call has no effect. */
  readonly signal?: AbortSignal | undefined
  /** Whether an attempt may be made again after a missing fact. Default `false`. */
  readonly missingFactRetryable?: boolean | undefined
  /** Waits for the recorded time of each chunk of a streamed answer; absent: chunks come at once. */
  readonly pace?: ((millis: number) => Promise<void>) | undefined
  /** Told, when a call is made that a fact answers, which fact and which operation of the attempt it is. */
  readonly onAnswered?: ((fact: RecordedFact, ordinal: number) => void) | undefined
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
      if (factKey === null) {
        const namespace = parseNamespace(call.namespace)
        throw new MfmError('missing_fact_key', { details: { namespace } })
      }
      const { scope, numbers } = this.#options
      const asked = askCall(call, factKey, { scope, numbers, counters: this.#counters })
      this.#refuseOpen(asked.key)
      const failure = this.#failureOf(asked)
      const fact = failure ?? this.#source.facts.get(asked.key)
      if (fact === undefined) return this.#order.known(() => this.#missing(asked, factKey))
      this.#options.onAnswered?.(fact, asked.ordinal)
      if (call.stream === true) return this.#stream(fact, asked)
      return this.#order.settle(fact.seq, () => this.#read(fact, asked))
    })
  }

  #stream(fact: RecordedFact, asked: AskedCall): Promise<IoResult> {
    this.#streamed.set(asked.key, fact.seq)
    return replayStream(fact, {
      source: this.#source,
      order: this.#order,
      call: asked,
      pace: this.#options.pace,
      payload: async () => {
        await this.#refuseOther(fact, asked)
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

  async #read(fact: RecordedFact, asked: AskedCall): Promise<IoResult> {
    const source = this.#source
    const { numbers } = this.#options
    const { key, meta, payloadId } = fact
    await this.#refuseOther(fact, asked)
    const bytes = await source.read(fact)
    if (key !== asked.key) throw failureOf(fact, bytes)
    return recordedResult({
      response: jsonOf(fact, bytes, numbers),
      payloadId,
      attachments: () => Promise.resolve(meta?.attachments ?? []),
      readAttachment: (id) => source.artifacts.get(id),
      turns: this.#order,
    })
  }

  async #refuseOther({ meta }: RecordedFact, asked: AskedCall): Promise<void> {
    if (meta === undefined || this.#options.divergence === 'accept') return
    if (isSameCall(meta, asked)) return
    throw divergedError(asked, meta, await this.#source.request(meta.requestId))
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
    return seq < (enteredSeq ?? factSeqs[0] ?? Number.POSITIVE_INFINITY)
  }

  recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId> {
    return this.#order.begin(() => {
      this.#admitInput()
      parseCallerKey(key)
      const { guard, numbers } = this.#options
      refuseSecrets(guard, { factKey: key })
      const { artifact } = payloadOf(value, { guard, numbers }, 'a recorded value')
      const ordinal = this.#counters.nextOperation()
      this.#refuseOpen(key)
      return this.#answer(key, ordinal, async (fact) => {
        const bytes = bytesOf(fact, await this.#source.read(fact))
        if (fact.payloadId === artifact.id) return artifact.id
        throw valueConflict(key, bytes, artifact)
      })
    })
  }

  nowMillis(): Promise<number> {
    return this.#order.begin(() => {
      this.#admitInput()
      const { key, ordinal } = this.#nextDerived('now_millis')
      return this.#answer(key, ordinal, async (fact) => {
        const value = jsonOf(fact, await this.#source.read(fact))
        if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
        throw payloadInvalid(fact, 'is no time', [])
      })
    })
  }

  randomBytes(length: number): Promise<Uint8Array> {
    return this.#order.begin(() => {
      this.#admitInput()
      parseRandomLength(length)
      const { key, ordinal } = this.#nextDerived('random_bytes')
      return this.#answer(key, ordinal, async (fact) => {
        const bytes = bytesOf(fact, await this.#source.read(fact))
        if (bytes.length === length) return Uint8Array.from(bytes)
        throw payloadInvalid(
          fact,
          `has ${bytes.length} bytes, not the ${length} that are asked for`,
          [{ pointer: '/length', recorded: bytes.length, requested: length }],
        )
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

  #answer<T>(key: FactKey, ordinal: number, read: (fact: RecordedFact) => Promise<T>): Promise<T> {
    const source = this.#source
    const fact = source.facts.get(key)
    const { scope, onAnswered } = this.#options
    if (fact !== undefined) {
      onAnswered?.(fact, ordinal)
      return this.#order.settle(fact.seq, () => read(fact))
    }
    throw missingKey(key, ordinal, { scope, source, retryable: this.#retryable })
  }

  #nextDerived(kind: DerivedKind): { readonly key: FactKey; readonly ordinal: number } {
    const key = derivedKey(kind, this.#options.scope, this.#counters.nextDerived())
    return { key, ordinal: this.#counters.nextOperation() }
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
  { key, payloadId }: RecordedFact,
  problem: string,
  differences: readonly JsonObject[],
): MfmError {
  return new MfmError('fact_payload_invalid', {
    message: `the payload of the fact ${JSON.stringify(key)} ${problem}`,
    details: { key, payloadId, differences },
  })
}
