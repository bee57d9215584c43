import { diffJson } from '@mfm/canonical-json'
import type { JsonObject, Stores } from '@mfm/core-types'
import { isArtifactId } from '@mfm/core-types'
import type { Difference, ReplayReport } from '@mfm/engine'
import { Engine } from '@mfm/engine'

/** Places that are named at most. */
const MAX_ROWS = 20

/**
 * Says what a changed snapshot id hides: where a difference is the id of the snapshot at which the replay stopped,
 * the places in which the two contexts differ follow it, under `/context`.
 */
export async function explainSnapshots(
  stores: Stores,
  report: ReplayReport,
): Promise<readonly Difference[]> {
  const engine = new Engine({ stores })
  return await Promise.all(
    report.differences.map(async (difference) => {
      const changed = difference.pointers.find(
        ({ pointer, produced }) =>
          pointer.endsWith('SnapshotId') && produced === report.finalSnapshotId,
      )
      const recorded = changed?.recorded
      if (!isArtifactId(recorded)) return difference
      const rows = contextRows(await engine.readContext(recorded), report.context)
      return { ...difference, pointers: [...difference.pointers, ...rows] }
    }),
  )
}

function contextRows(recorded: JsonObject, produced: JsonObject): Difference['pointers'] {
  return diffJson(recorded, produced, MAX_ROWS).map(({ pointer, requested, ...row }) => ({
    ...row,
    pointer: `/context${pointer}`,
    ...(requested === undefined ? {} : { produced: requested }),
  }))
}
