import type { EventEnvelope, RunId, StateNode, Stores } from '@mfm/core-types'
import type { RunHead } from '@mfm/io-live'
import { ChainCheck } from './chain-check.ts'
import { History } from './history.ts'
import { historyFromSummary } from './history-summary.ts'

/** Events read at first when looking for the last summary; four times more each time it is not among them. */
const FIRST_WINDOW = 400

export interface ReadHistory {
  readonly history: History
  /** The last event read: what the next append must follow. */
  readonly head: RunHead
  /** Sequence that the last summary covers; 0 where there is none. */
  readonly summarizedSeq: number
}

/**
 * Reads a run's past: the last summary and what came after it, so the cost does not follow the length of the run.
 *
 * @throws MfmError `event_store_corruption` where an event is not linked to the one before
 */
export async function readHistory(
  stores: Stores,
  runId: RunId,
  order: readonly StateNode[],
): Promise<ReadHistory> {
  const headSeq = await stores.events.headSeq(runId)
  for (let window = FIRST_WINDOW; ; window *= 4) {
    const from = Math.max(1, headSeq - window + 1)
    const tail: EventEnvelope[] = []
    const chain = new ChainCheck()
    for await (const envelope of stores.events.read(runId, { from })) {
      chain.next(envelope)
      tail.push(envelope)
    }
    const found = await lastSummary(stores, tail, order)
    if (found === undefined && from > 1) continue
    const history = found?.history ?? new History()
    const summarizedSeq = found?.throughSeq ?? 0
    for (const envelope of tail) if (envelope.seq > summarizedSeq) history.apply(envelope)
    return { history, head: chain.head, summarizedSeq }
  }
}

async function lastSummary(
  stores: Stores,
  tail: readonly EventEnvelope[],
  order: readonly StateNode[],
): Promise<{ readonly history: History; readonly throughSeq: number } | undefined> {
  const event = tail.findLast((envelope) => envelope.event.type === 'history_summarized')?.event
  const first = tail[0]
  if (event?.type !== 'history_summarized' || first === undefined) return undefined
  if (event.throughSeq + 1 < first.seq) return undefined
  const bytes = await stores.artifacts.get(event.summaryId)
  return {
    history: historyFromSummary(event.summaryId, bytes, order),
    throughSeq: event.throughSeq,
  }
}
