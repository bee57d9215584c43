import type { IoProvider, IoResult, StateId } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import { isMfmError } from '@mfm/errors'
import type { FactSource } from '@mfm/io-replay'
import { FollowedBody } from '../run/followed-body.ts'
import { callDifference } from './call-difference.ts'
import type { Difference } from './replay-report.ts'

type Fact = ReturnType<FactSource['unusedFacts']>[number]

/** Calls of one attempt that are told to be missing. */
const MAX_UNUSED = 20

export interface AttemptWatchOptions {
  readonly source: FactSource
  readonly stateId: StateId
  readonly attempt: number
  readonly onMiss: (difference: Difference) => void
}

/** Follows what one attempt asks for in a replay, and says afterwards what it did not ask for as it was recorded. */
export class AttemptWatch {
  readonly #options: AttemptWatchOptions
  #inFlight = 0
  #isSequential = true
  #moved: { readonly fact: Fact; readonly ordinal: number } | undefined

  constructor(options: AttemptWatchOptions) {
    this.#options = options
  }

  /** Reports every call that no fact answers, also those whose errors the state goes on to handle. */
  around(provider: IoProvider): IoProvider {
    const observed = async <T>(operation: () => Promise<T>): Promise<T> => {
      this.#isSequential &&= this.#inFlight === 0
      this.#inFlight += 1
      try {
        return await operation()
      } catch (error) {
        if (isMfmError(error)) this.#miss(error)
        throw error
      } finally {
        this.#inFlight -= 1
      }
    }
    return {
      call: (call, options) =>
        observed(() =>
          call.stream === true
            ? this.#stream(provider.call(call, options))
            : provider.call(call, options),
        ),
      getRecordedFact: (key) => observed(() => provider.getRecordedFact(key)),
      recordValue: (key, value) => observed(() => provider.recordValue(key, value)),
      nowMillis: () => observed(() => provider.nowMillis()),
      randomBytes: (length) => observed(() => provider.randomBytes(length)),
      sleepMs: (millis, options) => observed(() => provider.sleepMs(millis, options)),
    }
  }

  readonly answered = (fact: Fact, ordinal: number): void => {
    if (this.#moved !== undefined || !this.#isOwn(fact)) return
    // A key may be used again; its first use recorded it.
    if (this.#options.source.isUsed(fact)) return
    if (fact.meta?.ordinal !== ordinal) this.#moved = { fact, ordinal }
  }

  /** What the attempt recorded and did not ask for this time; else the first call that it made at another place. */
  async differences(): Promise<readonly Difference[]> {
    const unused = this.#options.source
      .unusedFactsOf(this.#options)
      .filter((fact) => this.#isOwn(fact))
    if (unused.length > 0) {
      return await Promise.all(unused.slice(0, MAX_UNUSED).map((fact) => this.#unused(fact)))
    }
    // Calls that are in flight together may be made in another order by the same code: waits take no time in a replay.
    if (this.#moved === undefined || !this.#isSequential) return []
    const { fact, ordinal } = this.#moved
    const recorded = fact.meta?.ordinal ?? null
    return [
      {
        ...this.#differenceOf(fact),
        kind: 'order_changed',
        message: `the call ${fact.key} was operation ${recorded} of the attempt and is ${ordinal} now`,
        pointers: [{ pointer: '/ordinal', recorded, produced: ordinal }],
      },
    ]
  }

  /** Whether this attempt recorded the fact, and did not find it there. */
  #isOwn({ meta, seq }: Fact): boolean {
    const { source, stateId, attempt } = this.#options
    if (meta?.stateId !== stateId || meta.attempt !== attempt) return false
    return seq > (source.attempt({ stateId, attempt }).enteredSeq ?? 0)
  }

  async #unused(fact: Fact): Promise<Difference> {
    const request = await this.#options.source.request(fact.meta?.requestId ?? null)
    return {
      ...this.#differenceOf(fact),
      kind: 'unused',
      message: `nothing asked for the fact ${fact.key} this time`,
      pointers: [
        ...(request === undefined ? [] : [{ pointer: '/request', recorded: request }]),
        { pointer: '/namespace', recorded: fact.meta?.namespace ?? null },
      ],
    }
  }

  #differenceOf({ key, meta, seq }: Fact): Omit<Difference, 'kind' | 'message' | 'pointers'> {
    const { stateId, attempt } = this.#options
    const call = { key, namespace: meta?.namespace ?? null, ordinal: meta?.ordinal ?? null }
    return { stateId, attempt, call, seq, error: null }
  }

  async #stream(asked: Promise<IoResult>): Promise<IoResult> {
    const result = await asked
    if (result.body === undefined) return result
    const around = async <T>(read: () => Promise<T>): Promise<T> => {
      try {
        return await read()
      } catch (error) {
        if (isMfmError(error)) this.#miss(error)
        throw error
      }
    }
    const body = new FollowedBody(result.body, { around, onEnd: () => undefined })
    return { ...result, body }
  }

  #miss(error: MfmError): void {
    const { stateId, attempt, onMiss } = this.#options
    const difference = callDifference(error)
    if (difference !== undefined) onMiss({ ...difference, stateId, attempt })
  }
}
