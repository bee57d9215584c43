import type {
  DivergencePolicy,
  FactKey,
  IoCall,
  IoResult,
  IoScope,
  JsonValue,
  RunConfig,
  TransportAnswer,
} from '@mfm/core-types'
import { hasCode, isMfmError, MfmError } from '@mfm/errors'
import type { AskedCall } from '@mfm/facts'
import { AttemptCounters, derivedKey, failureKey } from '@mfm/facts'
import type { EarlierAnswer, EarlierFacts } from '@mfm/io-live'
import type { FactSource } from '@mfm/io-replay'
import { answeringCall, ReplayIo } from '@mfm/io-replay'
import type { SecretGuard } from '@mfm/secrets'
import type { ForkLedger } from './fork-ledger.ts'

export interface ParentAttemptOptions {
  /** In the parent: its run id, and the attempt whose times, noise and failures answer. */
  readonly scope: IoScope
  readonly source: FactSource
  readonly ledger: ForkLedger
  readonly config: RunConfig
  readonly divergence: DivergencePolicy
  readonly guard: SecretGuard
  /** Told that the parent cannot answer, so that the world will be asked. */
  readonly onMissing: () => void
  /** Ends the fork: the parent recorded an answer and cannot give it. */
  readonly onBroken: (error: MfmError) => void
}

/** Answers of the parent for one attempt of the fork, in the order in which the parent's callers went on. */
export class ParentAttempt implements EarlierFacts {
  readonly #options: ParentAttemptOptions
  readonly #io: ReplayIo
  readonly #counters = new AttemptCounters()

  constructor(options: ParentAttemptOptions) {
    const { scope, source, config, guard, divergence } = options
    const { numbers } = config
    this.#options = options
    this.#io = new ReplayIo({ scope, source, guard, numbers, divergence })
  }

  call(call: IoCall, asked: AskedCall): () => Promise<EarlierAnswer | undefined> {
    const settled = settle(this.#io.call(call))
    return async () => this.#answer(asked, await settled)
  }

  stream(call: IoCall, asked: AskedCall): () => Promise<TransportAnswer | undefined> {
    const settled = settle(this.#io.call(call))
    return async () => this.#streamed(asked, await settled)
  }

  #streamed(asked: AskedCall, settled: Settled<IoResult>): TransportAnswer | undefined {
    const { scope, source, ledger } = this.#options
    if (!('value' in settled)) return this.#failed(asked, settled.error)
    const { response, body } = settled.value
    const failed = failureKey(scope, asked)
    ledger.reuse(scope.stateId, source.facts.has(failed) ? failed : asked.key)
    return { response, body }
  }

  #answer(given: AskedCall, settled: Settled<IoResult>): EarlierAnswer | undefined {
    const { scope, source, ledger } = this.#options
    const asked = answeringCall(given, scope, source)
    const { key } = asked
    if ('value' in settled) {
      const { response, recordedPayloadId } = settled.value
      if (recordedPayloadId === null) throw new MfmError('internal_error')
      ledger.reuse(scope.stateId, key)
      const attachments = source.facts.get(key)?.meta?.attachments ?? []
      return { response, payloadId: recordedPayloadId, attachments }
    }
    return this.#failed(asked, settled.error)
  }

  #failed(asked: AskedCall, error: unknown): undefined {
    const { scope, source, ledger } = this.#options
    const failed = failureKey(scope, asked)
    if (!source.facts.has(failed) || isUnreadable(error)) return this.#missing(error, asked.key)
    ledger.reuse(scope.stateId, failed)
    throw error
  }

  recordValue(key: FactKey, value: JsonValue): () => Promise<void> {
    const settled = settle(this.#io.recordValue(key, value))
    return async () => {
      const { scope, ledger } = this.#options
      const outcome = await settled
      if ('value' in outcome) return ledger.reuse(scope.stateId, key)
      // The code gave another value than then, or one that it did not give: it is the fork's own.
      if (!hasCode(outcome.error, ...MISSES, 'fact_payload_conflict')) this.#broken(outcome.error)
      ledger.record(scope.stateId, key)
    }
  }

  async nowMillis(): Promise<number | undefined> {
    const key = derivedKey('now_millis', this.#options.scope, this.#counters.nextDerived())
    return await this.#derived(key, this.#io.nowMillis())
  }

  async randomBytes(length: number): Promise<Uint8Array | undefined> {
    const key = derivedKey('random_bytes', this.#options.scope, this.#counters.nextDerived())
    return await this.#derived(key, this.#io.randomBytes(length))
  }

  async #derived<T>(key: FactKey, asked: Promise<T>): Promise<T | undefined> {
    const { scope, ledger } = this.#options
    try {
      const value = await asked
      ledger.reuse(scope.stateId, key)
      return value
    } catch (error) {
      return this.#missing(error, key)
    }
  }

  #missing(error: unknown, key: FactKey): undefined {
    const { scope, ledger, onMissing } = this.#options
    if (!hasCode(error, ...MISSES)) return this.#broken(error)
    onMissing()
    ledger.record(scope.stateId, key)
  }

  #broken(error: unknown): never {
    const { onBroken } = this.#options
    onBroken(isMfmError(error) ? error : new MfmError('internal_error', { cause: error }))
    throw error
  }
}

type Settled<T> = { readonly value: T } | { readonly error: unknown }

async function settle<T>(operation: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await operation }
  } catch (error) {
    return { error }
  }
}

/** What the parent did not record, or recorded with another request or another length. */
const MISSES = ['missing_fact', 'fact_exhausted', 'fact_diverged', 'fact_payload_invalid'] as const

/** Whether a fact is there and cannot be given. */
export function isUnreadable(error: unknown): boolean {
  return hasCode(
    error,
    'artifact_corruption',
    'artifact_decode_failed',
    'fact_payload_get_failed',
    'fact_payload_decode_failed',
  )
}
