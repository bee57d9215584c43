import { decodeJsonArtifact, jsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  NewArtifact,
  RunStarted,
  StateFailed,
  StateId,
  StateNode,
} from '@mfm/core-types'
import { artifactIdSchema, runEventSchema, stateIdSchema } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'
import { z } from 'zod'
import { History } from './history.ts'

/** A history as of a moment between two attempts, small enough to be written often. */
interface HistorySummary {
  readonly v: 1
  readonly started: RunStarted
  readonly startedAtMillis: number | null
  readonly checkpoint: ArtifactId
  /** Completed states as ranges `[first, last]` of positions in execution order. */
  readonly completed: readonly (readonly [number, number])[]
  readonly states: readonly {
    readonly stateId: StateId
    readonly lastAttempt: number
    readonly failures: number
    readonly orphans: number
    readonly lastFailure: StateFailed | null
  }[]
}

const count = z.int().nonnegative()

const started = runEventSchema.refine((event) => event.type === 'run_started')
const failure = runEventSchema.refine((event) => event.type === 'state_failed')

const summarySchema: z.ZodType<HistorySummary> = z.strictObject({
  v: z.literal(1),
  started,
  startedAtMillis: count.nullable(),
  checkpoint: artifactIdSchema,
  completed: z.array(z.tuple([count, count])),
  states: z.array(
    z.strictObject({
      stateId: stateIdSchema,
      lastAttempt: count,
      failures: count,
      orphans: count,
      lastFailure: failure.nullable(),
    }),
  ),
})

/** @param order the states in execution order, which the plan digest pins */
export function summarizeHistory(history: History, order: readonly StateNode[]): NewArtifact {
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

function completedRanges(history: History, order: readonly StateNode[]): [number, number][] {
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
  order: readonly StateNode[],
): History {
  const summary = decode(summarySchema, decodeJsonArtifact(id, bytes), 'artifact_decode_failed', {
    what: `the history summary ${id}`,
    details: { artifactId: id },
  })
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
