import type {
  ArtifactId,
  EventEnvelope,
  Manifest,
  RunId,
  RunStarted,
  StateFailed,
  StateId,
  Stores,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { RunHead } from '@mfm/io-live'
import { FactSource } from '@mfm/io-replay'
import { ChainCheck } from '../history/chain-check.ts'
import { historyFromSummary } from '../history/history-summary.ts'
import { endedFromOutside } from '../history/outside-ends.ts'
import { recordedOrder } from '../plan/plan-document.ts'
import { loadManifest } from '../run/load-manifest.ts'
import { documentsOutsideState } from '../run/outside-state.ts'
import { readStart } from '../run/read-start.ts'

/** A run as it is stored: every link checked, facts by key, and the events that a replay must come to again. */
export interface RecordedRun {
  readonly runId: RunId
  readonly started: RunStarted
  readonly manifest: Manifest
  readonly source: FactSource
  /** What a replay is compared with: all but facts, summaries, and what attempts ended from outside emitted. */
  readonly comparable: readonly EventEnvelope[]
  /** By `attemptKey`: attempts that no code ended. */
  readonly outsideEnds: ReadonlyMap<string, StateFailed>
  /** By `attemptKey`: how attempts ended, however they did. */
  readonly ends: ReadonlyMap<string, EventEnvelope>
  /** States that had completed before the stream begins: those that a fork has from its parent. */
  readonly takenOver: ReadonlySet<StateId>
  readonly head: RunHead
}

export function attemptKey(stateId: string, attempt: number): string {
  return `${stateId}#${attempt}`
}

/**
 * Reads a whole run.
 *
 * @throws MfmError `run_not_found`, `run_not_started`, `event_store_corruption`, `fact_recorded_conflict`
 */
export async function readRecordedRun(stores: Stores, runId: RunId): Promise<RecordedRun> {
  const started = await readStart(stores, runId)
  const chain = new ChainCheck()
  const outsideEnds = new Map<string, StateFailed>()
  const ends = new Map<string, EventEnvelope>()
  const events: EventEnvelope[] = []
  let inheritance: ArtifactId | undefined
  const { events: stream } = stores
  const documents = { events: stream, artifacts: documentsOutsideState(stores.artifacts) }
  const source = await FactSource.load(documents, runId, (envelope) => {
    chain.next(envelope)
    const { event } = envelope
    if (event.type === 'history_summarized' && event.throughSeq === 1) inheritance = event.summaryId
    if (event.type !== 'fact_recorded' && event.type !== 'history_summarized') events.push(envelope)
    if (event.type === 'state_failed' || event.type === 'state_completed') {
      ends.set(attemptKey(event.stateId, event.attempt), envelope)
    }
    if (event.type === 'state_failed' && endedFromOutside(event)) {
      outsideEnds.set(attemptKey(event.stateId, event.attempt), event)
    }
  })
  return {
    runId,
    started,
    manifest: await loadManifest(stores.artifacts, started.manifestId),
    source,
    outsideEnds,
    ends,
    takenOver: await statesTakenOver(stores, started, inheritance),
    comparable: events.filter(({ event }) => {
      if (event.type !== 'domain' || event.stateId === null || event.attempt === null) return true
      return !outsideEnds.has(attemptKey(event.stateId, event.attempt))
    }),
    head: chain.head,
  }
}

/** A summary of the first event alone says what a fork begins with. */
export async function statesTakenOver(
  { artifacts }: Pick<Stores, 'artifacts'>,
  { planDigest }: RunStarted,
  summaryId: ArtifactId | undefined,
): Promise<ReadonlySet<StateId>> {
  if (summaryId === undefined) return new Set()
  const order = await recordedOrder(planDigest, artifacts)
  return historyFromSummary(summaryId, await artifacts.get(summaryId), order).completed
}

/** @throws MfmError `run_not_finished` */
export function assertFinished({ runId, comparable }: RecordedRun): void {
  if (comparable.at(-1)?.event.type === 'run_completed') return
  throw new MfmError('run_not_finished', {
    message: `the run ${runId} has no end yet`,
    details: { runId },
  })
}
