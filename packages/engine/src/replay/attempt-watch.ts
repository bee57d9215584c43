import type { DivergencePolicy, IoProvider, IoResult, StateId } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import { isMfmError } from '@mfm/errors'
import type { AskedPlace, FactSource } from '@mfm/io-replay'
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
  /** For calls that say no other. */
  readonly policy: DivergencePolicy
  /** For all calls, whatever they say. */
  readonly override: DivergencePolicy | undefined
  readonly onMiss: (difference: Difference) => void
}

/** What an attempt asked for otherwise than it was recorded. */
export interface AttemptFindings {
  readonly differences: readonly Difference[]
  readonly allowed: readonly Difference[]
}

/** Follows what one attempt asks for in a replay, and says afterwards what it did not ask for as it was recorded. */
export class AttemptWatch {
  readonly #options: AttemptWatchOptions
  #inFlight = 0
  #isSequential = true
  /** What the call says that is being made. */
  #own: DivergencePolicy | undefined
  /** The first call that came at another place, of those that may not and of those that may. */
  #moved: Difference | undefined
  #reordered: Difference | undefined
  readonly #accepted: Difference[] = []
  /** Calls that may be new; what the attempt does after one of them is known to nobody. */
  readonly #added: { readonly difference: Difference; readonly isMarked: boolean }[] = []

  constructor(options: AttemptWatchOptions) {
    this.#options = options
  }

  /** Whether a call was let pass that has no answer, so that nothing after it can be compared. */
  get isSuspended(): boolean {
    return this.#added.length > 0
  }

  /** Reports every call that no fact answers, also those whose errors the state goes on to handle. */
  around(provider: IoProvider): IoProvider {
    const observed = async <T>(
      operation: () => Promise<T>,
      own: DivergencePolicy | undefined,
    ): Promise<T> => {
      this.#isSequential &&= this.#inFlight === 0
      this.#inFlight += 1
      this.#own = own
      try {
        return await operation()
      } catch (error) {
        if (isMfmError(error)) this.#miss(error, own)
        throw error
      } finally {
        this.#inFlight -= 1
      }
    }
    const { override } = this.#options
    return {
      call: (call, options) => {
        const asked = override === undefined ? call : { ...call, divergence: override }
        return observed(
          () =>
            call.stream === true
              ? this.#stream(provider.call(asked, options), call.divergence)
              : provider.call(asked, options),
          call.divergence,
        )
      },
      getRecordedFact: (key) => observed(() => provider.getRecordedFact(key), undefined),
      recordValue: (key, value) => observed(() => provider.recordValue(key, value), undefined),
      nowMillis: () => observed(() => provider.nowMillis(), undefined),
      randomBytes: (length) => observed(() => provider.randomBytes(length), undefined),
      sleepMs: (millis, options) => observed(() => provider.sleepMs(millis, options), undefined),
    }
  }

  readonly answered = (fact: Fact, { ordinal, location }: AskedPlace): void => {
    if (this.isSuspended || !this.#isOwn(fact) || fact.meta?.ordinal === ordinal) return
    // A key may be used again; its first use recorded it.
    if (this.#options.source.isUsed(fact)) return
    const isAllowed = this.#policyOf(this.#own) === 'allow-reordered'
    if (isAllowed) this.#reordered ??= this.#movedTo(fact, ordinal, location)
    else this.#moved ??= this.#movedTo(fact, ordinal, location)
  }

  /** A call that was given the answer to another request. */
  readonly accepted = (error: MfmError): void => {
    const difference = this.#differenceFrom(error)
    if (difference !== undefined) this.#accepted.push(difference)
  }

  /** To be asked once, when the attempt has ended. */
  async findings(): Promise<AttemptFindings> {
    const unused = this.#options.source
      .unusedFactsOf(this.#options)
      .filter((fact) => this.#isOwn(fact))
    if (this.isSuspended) return this.#judgeAdded(unused.length === 0)
    if (unused.length > 0) {
      const differences = unused.slice(0, MAX_UNUSED).map((fact) => this.#unused(fact))
      return { differences: await Promise.all(differences), allowed: this.#accepted }
    }
    // Calls that are in flight together may be made in another order by the same code: waits take no time in a replay.
    if (!this.#isSequential) return { differences: [], allowed: this.#accepted }
    return {
      differences: this.#moved === undefined ? [] : [this.#moved],
      allowed: [...this.#accepted, ...(this.#reordered === undefined ? [] : [this.#reordered])],
    }
  }

  /**
   * While a recorded call is left that was not made, the new one may be that one, changed. A call that is marked as
   * new is taken for new.
   */
  #judgeAdded(hasAskedForAll: boolean): AttemptFindings {
    const isNew = ({ isMarked }: { readonly isMarked: boolean }): boolean =>
      isMarked || hasAskedForAll
    const tell = ({ difference }: { readonly difference: Difference }): Difference => difference
    return {
      differences: this.#added.filter((one) => !isNew(one)).map(tell),
      allowed: [...this.#accepted, ...this.#added.filter(isNew).map(tell)],
    }
  }

  #policyOf(own: DivergencePolicy | undefined): DivergencePolicy {
    const { policy, override } = this.#options
    return override ?? own ?? policy
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

  #movedTo(fact: Fact, ordinal: number, today: string | undefined): Difference {
    const recorded = fact.meta?.ordinal ?? null
    const difference = this.#differenceOf(fact)
    return {
      ...difference,
      kind: 'order_changed',
      location: { ...difference.location, today: today ?? null },
      message: `the call ${fact.key} was operation ${recorded} of the attempt and is ${ordinal} now`,
      pointers: [{ pointer: '/ordinal', recorded, produced: ordinal }],
    }
  }

  #differenceOf({ key, meta, seq }: Fact): Omit<Difference, 'kind' | 'message' | 'pointers'> {
    const { stateId, attempt } = this.#options
    const call = { key, namespace: meta?.namespace ?? null, ordinal: meta?.ordinal ?? null }
    const location = { today: null, recorded: meta?.location ?? null }
    return { stateId, attempt, call, seq, location, nearest: [], error: null }
  }

  async #stream(asked: Promise<IoResult>, own: DivergencePolicy | undefined): Promise<IoResult> {
    const result = await asked
    if (result.body === undefined) return result
    const around = async <T>(read: () => Promise<T>): Promise<T> => {
      try {
        return await read()
      } catch (error) {
        if (isMfmError(error)) this.#miss(error, own)
        throw error
      }
    }
    const body = new FollowedBody(result.body, { around, onEnd: () => undefined })
    return { ...result, body }
  }

  #differenceFrom(error: MfmError): Difference | undefined {
    const { stateId, attempt } = this.#options
    const difference = callDifference(error)
    return difference && { ...difference, stateId, attempt }
  }

  #miss(error: MfmError, own: DivergencePolicy | undefined): void {
    const difference = this.#differenceFrom(error)
    if (difference === undefined) return
    if (this.#policyOf(own) !== 'allow-added' || !isAddition(error, difference)) {
      this.#options.onMiss(difference)
      return
    }
    this.#added.push({ difference, isMarked: own === 'allow-added' })
  }
}

/** Noise in the place of a time, or a time in that of noise, is a change. */
function isAddition({ details }: MfmError, { kind }: Difference): boolean {
  if (kind === 'exhausted') return true
  return kind === 'missing' && details?.['recordedNamespace'] === undefined
}
