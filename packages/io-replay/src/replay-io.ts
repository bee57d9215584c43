import type {
  ArtifactId,
  CallOptions,
  FactKey,
  IoCall,
  IoProvider,
  IoResult,
  IoScope,
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
  KeyedQueue,
  parseCallerKey,
  parseNamespace,
  parseRandomLength,
  parseSleep,
  payloadOf,
  recordedResult,
  refuseSecrets,
  requestOf,
} from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'
import type { FactSource, RecordedAttempt } from './fact-source.ts'
import { missingCall, missingKey } from './missing-fact.ts'
import { readBytes, readFailure, readJson } from './recorded-payload.ts'
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
}

/**
 * Answers from facts alone: it never performs anything and never writes. One per attempt.
 *
 * Callers settle in the order in which their facts were recorded.
 */
export class ReplayIo implements IoProvider {
  readonly #options: ReplayIoOptions
  readonly #source: FactSource
  readonly #recorded: RecordedAttempt
  readonly #counters = new AttemptCounters()
  readonly #order: SettleOrder
  readonly #queue = new KeyedQueue()
  #closed = false

  constructor(options: ReplayIoOptions) {
    this.#options = options
    this.#source = options.source
    this.#recorded = options.source.attempt(options.scope)
    this.#order = new SettleOrder(this.#recorded.factSeqs)
  }

  async call(call: IoCall, _options: CallOptions = {}): Promise<IoResult> {
    this.#admitInput()
    const { factKey } = call
    if (factKey === null) {
      const namespace = parseNamespace(call.namespace)
      throw new MfmError('missing_fact_key', { details: { namespace } })
    }
    const { scope, numbers } = this.#options
    const asked = askCall(call, factKey, { scope, numbers, counters: this.#counters })
    return await this.#settle(() => {
      // Only a key that the caller chose can be asked twice in one attempt; the second waits for the first, as live.
      if (factKey === undefined) return this.#answer(asked, factKey)
      return this.#queue.run(factKey, () => this.#answer(asked, factKey))
    })
  }

  async #answer(asked: AskedCall, factKey: FactKey | undefined): Promise<Found<IoResult>> {
    const source = this.#source
    const { scope, guard, numbers, divergence } = this.#options
    const failure = this.#recorded.hasFailures
      ? source.facts.get(failureKey(scope, asked))
      : undefined
    const fact = failure ?? source.facts.get(asked.key)
    if (fact === undefined) {
      // Live, such a call would be refused; and its request must not get into an error.
      refuseSecrets(guard, { ...(factKey && { factKey }), request: requestOf(asked.identity) })
      throw await missingCall(asked, { scope, source, retryable: this.#retryable })
    }
    const { seq, meta, payloadId } = fact
    if (meta !== undefined && divergence !== 'accept' && !isSameCall(meta, asked)) {
      throw divergedError(asked, meta, await source.request(meta.requestId))
    }
    if (failure !== undefined) return { seq, settle: throwing(await readFailure(source, failure)) }
    const response = await readJson(source, fact, numbers)
    const attachments = (): Promise<readonly ArtifactId[]> =>
      Promise.resolve(meta?.attachments ?? [])
    const { artifacts } = source
    return { seq, settle: () => recordedResult(artifacts, { response, payloadId, attachments }) }
  }

  async getRecordedFact(key: FactKey): Promise<ArtifactId | undefined> {
    this.#refuseClosed()
    const fact = this.#source.facts.get(key)
    return fact !== undefined && this.#isVisible(fact) ? fact.payloadId : undefined
  }

  /** Whether a fact was there when the recorded attempt was where this one is now. */
  #isVisible(fact: RecordedFact): boolean {
    const { scope } = this.#options
    const { seq, meta } = fact
    if (meta === undefined || this.#source.isUsed(fact)) return true
    if (meta.stateId === scope.stateId && meta.attempt === scope.attempt) {
      return this.#order.isSettled(seq)
    }
    const { enteredSeq, factSeqs } = this.#recorded
    return seq < (enteredSeq ?? factSeqs[0] ?? Number.POSITIVE_INFINITY)
  }

  async recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId> {
    this.#admitInput()
    parseCallerKey(key)
    const { guard, numbers } = this.#options
    refuseSecrets(guard, { factKey: key })
    const { artifact } = payloadOf(value, { guard, numbers }, 'a recorded value')
    const ordinal = this.#counters.nextOperation()
    const check = async (fact: RecordedFact): Promise<ArtifactId> => {
      await readBytes(this.#source, fact)
      if (fact.payloadId === artifact.id) return artifact.id
      throw new MfmError('fact_payload_conflict', {
        message: `the fact ${JSON.stringify(key)} is bound to another value`,
        details: { key },
      })
    }
    return await this.#settle(() => this.#queue.run(key, () => this.#find(key, ordinal, check)))
  }

  async nowMillis(): Promise<number> {
    this.#admitInput()
    const { key, ordinal } = this.#nextDerived('now_millis')
    const read = async (fact: RecordedFact): Promise<number> => {
      const value = await readJson(this.#source, fact)
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
      throw payloadInvalid(fact, 'is no time')
    }
    return await this.#settle(() => this.#find(key, ordinal, read))
  }

  async randomBytes(length: number): Promise<Uint8Array> {
    this.#admitInput()
    parseRandomLength(length)
    const { key, ordinal } = this.#nextDerived('random_bytes')
    const read = async (fact: RecordedFact): Promise<Uint8Array> => {
      const bytes = await readBytes(this.#source, fact)
      if (bytes.length === length) return Uint8Array.from(bytes)
      throw payloadInvalid(fact, `has ${bytes.length} bytes, not the ${length} that are asked for`)
    }
    return await this.#settle(() => this.#find(key, ordinal, read))
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

  /** Finds a value or throws the error that stands in its place. */
  async #find<T>(
    key: FactKey,
    ordinal: number,
    read: (fact: RecordedFact) => Promise<T>,
  ): Promise<Found<T>> {
    const source = this.#source
    const fact = source.facts.get(key)
    if (fact === undefined) {
      const { scope } = this.#options
      throw missingKey(key, ordinal, { scope, source, retryable: this.#retryable })
    }
    const value = await read(fact)
    return { seq: fact.seq, settle: () => value }
  }

  /** Every operation ends here, at the same depth: one more step of one of them would change their order. */
  async #settle<T>(search: () => Promise<Found<T>>): Promise<T> {
    const found = await this.#order.find(search)
    await this.#order.turn(found.seq)
    return found.settle()
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

/** What a search came to: given to the caller when its turn comes. */
interface Found<T> {
  readonly seq: number
  readonly settle: () => T
}

function throwing(error: MfmError): () => never {
  return () => {
    throw error
  }
}

function payloadInvalid({ key, payloadId }: RecordedFact, problem: string): MfmError {
  return new MfmError('fact_payload_invalid', {
    message: `the payload of the fact ${JSON.stringify(key)} ${problem}`,
    details: { key, payloadId },
  })
}
