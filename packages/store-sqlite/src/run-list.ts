import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CheckedQuery } from '@mfm/adapter-kit'
import { matches, readCursor, writeCursor } from '@mfm/adapter-kit'
import type { Page, RunSummary } from '@mfm/core-types'
import type { Claim } from './shared-file.ts'

/** Runs looked at in one snapshot, so that a long list does not hold up the event loop. */
const SCAN_RUNS = 1000

/** Positions in the list are ordinals: a run that is created meanwhile comes before every page. */
export async function listRuns(
  claim: Claim,
  signal: AbortSignal | undefined,
  query: CheckedQuery,
): Promise<Page<RunSummary>> {
  const { backend } = claim
  const begin = await backend.read(signal, (journal) => ({
    secret: journal.indexes.state.secret,
    runCount: journal.runCount,
  }))
  let position =
    query.cursor === undefined ? begin.runCount : readCursor(begin.secret, query.cursor)
  const found: { readonly ordinal: number; readonly run: RunSummary }[] = []
  while (position > 0 && found.length <= query.limit) {
    claim.requireOpen(signal)
    const from = position
    const scanned = await backend.read(signal, (journal) => journal.summaries(from, SCAN_RUNS))
    for (const [index, run] of scanned.entries()) {
      if (matches(query, run)) found.push({ ordinal: position - index, run })
    }
    position -= scanned.length
    if (found.length <= query.limit) await nextTurn()
  }
  const items = found.slice(0, query.limit)
  const next = found[query.limit]
  return {
    items: items.map(({ run }) => run),
    next: next === undefined ? undefined : writeCursor(begin.secret, next.ordinal),
  }
}
