import type { ArtifactId } from '@mfm/core-types'
import type { ComparedRun } from './compared-run.ts'
import type { DocumentReader } from './diff-documents.ts'
import { diffValues } from './diff-documents.ts'
import type { DifferenceList } from './difference-list.ts'
import type { ComparedFact } from './match-facts.ts'
import { matchFacts } from './match-facts.ts'
import type { DiffRow, FactPlace, RunDifference } from './run-diff.ts'

/** Lists the facts in which two runs differ, in the order of recording. Documents with one address are not read. */
export async function diffFacts(
  a: ComparedRun,
  b: ComparedRun,
  { list, documents }: { readonly list: DifferenceList; readonly documents: DocumentReader },
): Promise<void> {
  for (const pair of matchFacts(a, b)) {
    const { a: left, b: right } = pair
    if (left === undefined || right === undefined) {
      await list.add(left === undefined ? 'fact_added' : 'fact_removed', async () =>
        loneFact(left, right, documents),
      )
      continue
    }
    const requests = [left.meta?.requestId ?? null, right.meta?.requestId ?? null] as const
    if (requests[0] !== requests[1] || left.meta?.namespace !== right.meta?.namespace) {
      await list.add('request_changed', async () =>
        different(left, right, await diffOf(requests, documents)),
      )
    } else if (left.payloadId !== right.payloadId) {
      await list.add('answer_changed', async () =>
        different(left, right, await answerRows(left, right, documents)),
      )
    }
  }
}

async function loneFact(
  a: ComparedFact | undefined,
  b: ComparedFact | undefined,
  documents: DocumentReader,
): Promise<Omit<RunDifference, 'kind'>> {
  const requests = [a?.meta?.requestId ?? null, b?.meta?.requestId ?? null] as const
  return different(a, b, await diffOf(requests, documents))
}

async function answerRows(
  a: ComparedFact,
  b: ComparedFact,
  documents: DocumentReader,
): Promise<DiffRow[]> {
  const rows = await diffOf([a.payloadId, b.payloadId], documents)
  const [before, after] = [a.meta?.outcome ?? null, b.meta?.outcome ?? null]
  return before === after ? rows : [{ pointer: '/outcome', a: before, b: after }, ...rows]
}

async function diffOf(
  [a, b]: readonly [ArtifactId | null, ArtifactId | null],
  documents: DocumentReader,
): Promise<DiffRow[]> {
  if (a === b) return []
  return diffValues(
    a === null ? undefined : await documents.json(a),
    b === null ? undefined : await documents.json(b),
  )
}

function different(
  a: ComparedFact | undefined,
  b: ComparedFact | undefined,
  rows: readonly DiffRow[],
): Omit<RunDifference, 'kind'> {
  return {
    stateId: a?.meta?.stateId ?? b?.meta?.stateId ?? null,
    fact: { a: placeOf(a), b: placeOf(b) },
    rows,
  }
}

function placeOf(fact: ComparedFact | undefined): FactPlace | null {
  if (fact === undefined) return null
  const { key, seq, meta } = fact
  if (meta === undefined) return { key, seq }
  const { namespace, attempt, ordinal, outcome } = meta
  return { key, seq, namespace, attempt, ordinal, outcome }
}
