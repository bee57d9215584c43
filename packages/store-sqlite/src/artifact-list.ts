import type { ArtifactId } from '@mfm/core-types'
import type { Journal } from './journal.ts'
import type { Claim } from './shared-file.ts'

/** Frames that are read in one snapshot. */
const PAGE_ROWS = 256
/** The ids of about so many rows are held in memory, since a short artifact may stand in more than one. */
const ROWS_PER_PASS = 2 ** 18
/** Passes differ in the first byte of the ids that they give. */
const MAX_PASSES = 256

/**
 * Yields the id of every artifact that the first rows of the log hold, once.
 *
 * @param lastRow the last row when the listing began, where it could be read at once
 */
export async function* listArtifacts(
  claim: Claim,
  signal: AbortSignal | undefined,
  lastRow: number | undefined,
): AsyncGenerator<ArtifactId, void> {
  const last = lastRow ?? (await claim.backend.read(signal, (journal) => journal.lastRow))
  const passes = Math.min(Math.ceil(last / ROWS_PER_PASS), MAX_PASSES)
  for (let pass = 0; pass < passes; pass++) {
    const given = new Set<ArtifactId>()
    for (let row = 0; row < last; row += PAGE_ROWS) {
      claim.requireOpen(signal)
      const page = { after: row, last: Math.min(row + PAGE_ROWS, last) }
      const ids = await claim.backend.read(signal, (journal) => idsIn(journal, page))
      for (const id of ids) {
        if (given.has(id) || passOf(id, passes) !== pass) continue
        given.add(id)
        claim.requireOpen(signal)
        yield id
      }
    }
  }
}

function passOf(id: ArtifactId, passes: number): number {
  return Math.floor((Number.parseInt(id.slice(0, 2), 16) * passes) / MAX_PASSES)
}

interface RowRange {
  readonly after: number
  readonly last: number
}

function idsIn({ log }: Journal, { after, last }: RowRange): ArtifactId[] {
  const ids: ArtifactId[] = []
  for (const frame of log.framesAfter(after)) {
    if (frame.row > last) break
    for (const part of frame.parts()) if (part.type === 'artifact') ids.push(part.artifact.id)
  }
  return ids
}
