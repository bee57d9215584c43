import type {
  FactKey,
  IoCall,
  IoResult,
  IoScope,
  RunConfig,
  TransportAnswer,
} from '@mfm/core-types'
import { hasCode, isMfmError, MfmError } from '@mfm/errors'
import type { DerivedKind } from '@mfm/facts'
import { AttemptCounters, derivedKey, failureKey } from '@mfm/facts'
import type { FactSource } from '@mfm/io-replay'
import { ReplayIo } from '@mfm/io-replay'
import type { SecretGuard } from '@mfm/secrets'
import type { ForkLedger } from './fork-ledger.ts'
import type { Preloaded } from './parent-facts.ts'

/** What the parent has for a call. */
export type ParentAnswer =
  | { readonly type: 'answered'; readonly answer: TransportAnswer }
  /** The call failed when it was recorded. */
  | { readonly type: 'failed'; readonly error: MfmError }
  /** The parent did not record it, or recorded it with another request. */
  | { readonly type: 'missing'; readonly error: MfmError }
  /** It recorded it and cannot give it. */
  | { readonly type: 'broken'; readonly error: MfmError }

export interface ParentAttemptOptions {
  /** In the parent: its run id, and the attempt whose times, noise and failures answer. */
  readonly scope: IoScope
  readonly source: FactSource
  readonly ledger: ForkLedger
  readonly config: RunConfig
  readonly guard: SecretGuard
  readonly preloaded: Preloaded
}

type Settled = { readonly value: IoResult } | { readonly error: unknown }

/** Answers of the parent for one attempt of the fork, in the order in which the parent's callers went on. */
export class ParentAttempt {
  readonly #options: ParentAttemptOptions
  readonly #io: ReplayIo
  readonly #counters = new AttemptCounters()

  constructor(options: ParentAttemptOptions) {
    const { scope, source, config, guard } = options
    this.#options = options
    const { numbers, divergence } = config
    this.#io = new ReplayIo({ scope, source, guard, numbers, divergence })
  }

  /**
   * Places a call in the attempt, at the moment it is made, and gives what will tell the parent's answer to it.
   *
   * @returns takes the key that the call has in the fork; the same as in the parent, because it holds no run id
   */
  ask(call: IoCall): (key: FactKey | null) => Promise<ParentAnswer> {
    const { factKey } = call
    const tries = factKey === undefined || factKey === null ? 0 : this.#counters.nextTry(factKey)
    const settled = this.#io.call(call).then(
      (value): Settled => ({ value }),
      (error: unknown): Settled => ({ error }),
    )
    return async (key) => await this.#judge(await settled, key, tries)
  }

  /** The time that was recorded at this place; `undefined` where there is none. */
  nextTime(): number | undefined {
    return this.#nextDerived('now_millis', this.#options.preloaded.times)
  }

  nextNoise(length: number): Uint8Array | undefined {
    const noise = this.#nextDerived('random_bytes', this.#options.preloaded.noise)
    return noise?.length === length ? noise : undefined
  }

  #nextDerived<T>(kind: DerivedKind, values: ReadonlyMap<FactKey, T>): T | undefined {
    const { scope, ledger } = this.#options
    const key = derivedKey(kind, scope, this.#counters.nextDerived())
    const value = values.get(key)
    if (value !== undefined) ledger.reuse(scope.stateId, key)
    return value
  }

  async #judge(settled: Settled, key: FactKey | null, tries: number): Promise<ParentAnswer> {
    const { scope, source, ledger } = this.#options
    if (key === null) return { type: 'missing', error: new MfmError('missing_fact_key') }
    if ('value' in settled) {
      ledger.reuse(scope.stateId, key)
      return await this.#answer(settled.value, key)
    }
    const error = typed(settled.error)
    const failed = failureKey(scope, { key, tries })
    if (source.facts.has(failed) && !isUnreadable(error)) {
      ledger.reuse(scope.stateId, failed)
      return { type: 'failed', error }
    }
    const isMissing = hasCode(error, 'missing_fact', 'fact_exhausted', 'fact_diverged')
    return { type: isMissing ? 'missing' : 'broken', error }
  }

  async #answer({ response, attachment }: IoResult, key: FactKey): Promise<ParentAnswer> {
    const ids = this.#options.source.facts.get(key)?.meta?.attachments ?? []
    try {
      const attachments = await Promise.all(
        ids.map(async (id) => ({ id, bytes: await attachment(id) })),
      )
      return { type: 'answered', answer: { response, attachments } }
    } catch (error) {
      return { type: 'broken', error: typed(error) }
    }
  }
}

function typed(error: unknown): MfmError {
  return isMfmError(error) ? error : new MfmError('internal_error', { cause: error })
}

function isUnreadable(error: MfmError): boolean {
  return hasCode(
    error,
    'artifact_corruption',
    'artifact_decode_failed',
    'fact_payload_get_failed',
    'fact_payload_decode_failed',
  )
}
