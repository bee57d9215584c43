import type { JsonObject } from '@mfm/core-types'
import type { RunSide } from './compared-run.ts'
import { ComparedRun } from './compared-run.ts'
import { DocumentReader, diffValues } from './diff-documents.ts'
import { diffFacts } from './diff-facts.ts'
import { diffStarts, outputKeyOf } from './diff-starts.ts'
import { StateComparison } from './diff-states.ts'
import { DifferenceList } from './difference-list.ts'
import type { ComparedSide, DiffRow, RunDiff } from './run-diff.ts'

export interface DiffOptions {
  /** Differences of one kind that are listed; the others are counted, and their documents not read. Default 100. */
  readonly limit?: number | undefined
}

const DEFAULT_LIMIT = 100

/**
 * Tells in what two runs differ: facts, what was started, contexts down to their keys, attempts, events, output, end.
 * Writes nothing. Reads both streams whole, and of the documents only those whose addresses differ: beyond the streams
 * the cost follows the differences and not the runs.
 *
 * The ids of runs, times, provenance, and attempts that a crash or a stop ended are no difference.
 *
 * @throws MfmError `run_not_found`, `event_store_corruption`, `fact_recorded_conflict`, and what reading artifacts throws
 */
export async function diffRuns(
  sideA: RunSide,
  sideB: RunSide,
  { limit = DEFAULT_LIMIT }: DiffOptions = {},
): Promise<RunDiff> {
  const [a, b] = [await ComparedRun.read(sideA), await ComparedRun.read(sideB)]
  const documents = new DocumentReader(a.artifacts, b.artifacts)
  const list = new DifferenceList(limit)
  const states = new StateComparison(a, b, list, documents)
  await diffFacts(a, b, { list, documents })
  const provenance = await diffStarts(a, b, { list, documents })
  await states.contexts(list.has('input_changed'))
  await states.histories()
  await list.addRows('output_changed', { rows: await outputRows(a, b, { states, documents }) })
  await list.addRows('end_changed', { rows: diffValues(endOf(a), endOf(b)) })
  return {
    verdict: list.isEmpty ? 'same' : 'different',
    a: sideOf(a),
    b: sideOf(b),
    differences: list.listed,
    counts: list.counts,
    provenance,
    timing: timingOf(a, b),
    documentsRead: documents.count,
  }
}

async function outputRows(
  a: ComparedRun,
  b: ComparedRun,
  { states, documents }: { readonly states: StateComparison; readonly documents: DocumentReader },
): Promise<readonly DiffRow[]> {
  const hasCompleted = ({ ended }: ComparedRun): boolean => ended?.status === 'completed'
  if (!(hasCompleted(a) && hasCompleted(b))) return []
  const isSameStart = a.started?.manifestId === b.started?.manifestId
  if (isSameStart && a.lastSnapshotId === b.lastSnapshotId) return []
  const keyA = await outputKeyOf(a, documents)
  const keyB = isSameStart ? keyA : await outputKeyOf(b, documents)
  return await states.output(keyA, keyB)
}

function endOf({ started, ended }: ComparedRun): JsonObject {
  if (ended === undefined) return { status: started === undefined ? 'recording' : 'running' }
  const { status, error } = ended
  if (error === null) return { status }
  const { code, message } = error
  return { status, error: { code, message } }
}

function sideOf({ runId, started, ended, head, facts, outsideEnds }: ComparedRun): ComparedSide {
  return {
    runId,
    phase: ended?.status ?? (started === undefined ? 'recording' : 'running'),
    headSeq: head.seq,
    headDigest: head.digest,
    facts: facts.size,
    outsideEnds: outsideEnds.size,
  }
}

function timingOf(a: ComparedRun, b: ComparedRun): RunDiff['timing'] {
  const ids = [...new Set([...a.states.keys(), ...b.states.keys()])]
  return {
    totalA: a.millis,
    totalB: b.millis,
    states: ids.map((stateId) => ({
      stateId,
      a: a.states.get(stateId)?.millis ?? null,
      b: b.states.get(stateId)?.millis ?? null,
    })),
  }
}
