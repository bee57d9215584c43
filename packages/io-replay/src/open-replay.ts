import { setTimeout } from 'node:timers/promises'
import type {
  DivergencePolicy,
  IoProvider,
  NumberProfile,
  RunId,
  StateId,
  Stores,
} from '@mfm/core-types'
import { parseId } from '@mfm/errors'
import type { RecordedFact } from '@mfm/facts'
import { abortError, lastAttempt, PROGRAM_STATE } from '@mfm/facts'
import { SecretGuard } from '@mfm/secrets'
import type { ReplayCounts } from './fact-source.ts'
import { FactSource } from './fact-source.ts'
import { ReplayIo } from './replay-io.ts'

export interface ReplayOptions {
  /** Where the recording is. They stay open when the replay is closed. */
  readonly stores: Pick<Stores, 'events' | 'artifacts'>
  /** The run whose facts answer. */
  readonly runId: string
  /** The state that recorded; that of a program without an engine where absent. */
  readonly stateId?: string | undefined
  /** The attempt that recorded; the last one of the state where absent. */
  readonly attempt?: number | undefined
  /** The one that judged the recording; one that refuses where absent. */
  readonly guard?: SecretGuard | undefined
  readonly numbers?: NumberProfile | undefined
  /** For calls that say no other; `strict` by default. A call that was not recorded has no answer under any. */
  readonly divergence?: DivergencePolicy | undefined
  /** `recorded`: chunks of streamed answers come as far apart as they did; absent: at once. */
  readonly timing?: 'recorded' | undefined
  /** In place of the machine's own, for `timing`. */
  readonly sleep?: ((millis: number, signal: AbortSignal | undefined) => Promise<void>) | undefined
  /** Ends the replay: what is asked then rejects, as does a chunk that is waited for. */
  readonly signal?: AbortSignal | undefined
}

/** A recording as an IO provider: no network, nothing is written. */
export interface Replay extends IoProvider, AsyncDisposable {
  readonly runId: RunId
  readonly counts: ReplayCounts
  /** Facts that no call has asked for yet, in the order they were recorded. */
  unusedFacts(): readonly RecordedFact[]
  /** Refuses what comes from now on. Idempotent. */
  close(): Promise<void>
}

/**
 * Opens a recorded run for replay.
 *
 * @throws MfmError `invalid_id`, `run_not_found`, `fact_recorded_malformed`, `fact_recorded_conflict`
 */
export async function openReplay(options: ReplayOptions): Promise<Replay> {
  const runId = parseId('run_id', options.runId)
  const source = await FactSource.load(options.stores, runId)
  const stateId: StateId =
    options.stateId === undefined ? PROGRAM_STATE : parseId('state_id', options.stateId)
  const attempt = options.attempt ?? lastAttempt(source.facts, stateId) ?? 0
  const io = new ReplayIo({
    scope: { runId, stateId, attempt },
    source,
    guard: options.guard ?? new SecretGuard({ mode: 'refuse' }),
    numbers: options.numbers,
    divergence: options.divergence,
    signal: options.signal,
    ...(options.timing === 'recorded' && { pace: paceOf(options) }),
  })
  return {
    runId,
    get counts() {
      return source.counts
    },
    unusedFacts: () => source.unusedFacts(),
    call: (call, callOptions) => io.call(call, callOptions),
    getRecordedFact: (key) => io.getRecordedFact(key),
    recordValue: (key, value) => io.recordValue(key, value),
    nowMillis: () => io.nowMillis(),
    randomBytes: (length) => io.randomBytes(length),
    sleepMs: (millis, callOptions) => io.sleepMs(millis, callOptions),
    close: () => io.close(),
    [Symbol.asyncDispose]: () => io.close(),
  }
}

function paceOf({ sleep, signal }: ReplayOptions): (millis: number) => Promise<void> {
  const wait = sleep ?? ((millis) => setTimeout(millis, undefined, { signal }))
  return async (millis) => {
    try {
      await wait(millis, signal)
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error
    }
  }
}
