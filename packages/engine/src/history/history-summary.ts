import { decodeJsonArtifact, jsonArtifact } from '@mfm/canonical-json'
import type { ArtifactId, HistorySummary, NewArtifact, StateId } from '@mfm/core-types'
import { historySummarySchema } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'
import { History } from './history.ts'

/** @param order the states in execution order, which the plan digest pins */
export function summarizeHistory(
  history: History,
  order: readonly { readonly id: StateId }[],
): NewArtifact {
  const { started, checkpoint, startedAtMillis } = history
  if (started === undefined || checkpoint === undefined || history.open !== undefined) {
    throw new MfmError('internal_error', {
      message: 'only a history between attempts is summarized',
    })
  }
  const summary: HistorySummary = {
    v: 1,
    started,
    startedAtMillis,
    checkpoint,
    completed: completedRanges(history, order),
    states: [...history.states].map(([stateId, { lastFailure, ...record }]) => ({
      stateId,
      ...record,
      lastFailure: lastFailure ?? null,
    })),
  }
  return jsonArtifact('history_summary', summary)
}

function completedRanges(
  history: History,
  order: readonly { readonly id: StateId }[],
): [number, number][] {
  const ranges: [number, number][] = []
  for (const [position, { id }] of order.entries()) {
    if (!history.completed.has(id)) continue
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === position - 1) last[1] = position
    else ranges.push([position, position])
  }
  return ranges
}

/** @throws MfmError `artifact_decode_failed`, or what {@link decodeJsonArtifact} throws */
export function historyFromSummary(
  id: ArtifactId,
  bytes: Uint8Array,
  order: readonly { readonly id: StateId }[],
): History {
  const summary = decode(
    historySummarySchema,
    decodeJsonArtifact(id, bytes),
    'artifact_decode_failed',
    {
      what: `the history summary ${id}`,
      details: { artifactId: id },
    },
  )
  const history = new History()
  history.started = summary.started
  history.startedAtMillis = summary.startedAtMillis
  history.checkpoint = summary.checkpoint
  for (const [first, last] of summary.completed) {
    for (const { id: stateId } of order.slice(first, last + 1)) history.completed.add(stateId)
  }
  for (const { stateId, lastFailure, ...record } of summary.states) {
    history.states.set(stateId, { ...record, lastFailure: lastFailure ?? undefined })
  }
  return history
}
