import type { JsonDifference } from '@mfm/canonical-json'
import { diffJson } from '@mfm/canonical-json'
import type { FactKey, FactMeta, IoScope, JsonValue } from '@mfm/core-types'
import type { AskedCall, RecordedFact } from '@mfm/facts'
import { requestOf } from '@mfm/facts'
import type { FactSource } from './fact-source.ts'

/** A recorded call that a missing one may have been. */
export interface NearFact {
  readonly key: FactKey
  readonly meta: FactMeta
  readonly differences: readonly JsonDifference[]
  /** Whether a call of this replay has been answered with it, so that the missing one is another. */
  readonly isUsed: boolean
}

const NEAREST = 3
/** Requests that are read and compared at most. */
const CANDIDATES = 60
const MAX_ROWS = 50

/**
 * The recorded calls that are most like a missing one: those of the same state and namespace first, then by the number
 * of places in which the requests differ, then those that have answered nothing yet, then by how far apart they were
 * asked.
 */
export async function nearestFacts(
  asked: AskedCall,
  scope: IoScope,
  source: FactSource,
): Promise<readonly NearFact[]> {
  const requested = requestOf(asked.identity)
  const candidates = [...source.facts.values()]
    .flatMap((fact) => candidateOf(fact, asked, { scope, isUsed: source.isUsed(fact) }))
    .sort((a, b) => a.kinship - b.kinship || a.distance - b.distance)
    .slice(0, CANDIDATES)
  const compared = await Promise.all(
    candidates.map(async (candidate) => {
      const { meta } = candidate
      return { ...candidate, ...(await compare(requested, source.request(meta.requestId))) }
    }),
  )
  return compared
    .sort(
      (a, b) =>
        a.kinship - b.kinship ||
        a.places - b.places ||
        Number(a.isUsed) - Number(b.isUsed) ||
        a.distance - b.distance,
    )
    .slice(0, NEAREST)
    .map(({ key, meta, differences, isUsed }) => ({ key, meta, differences, isUsed }))
}

interface Candidate {
  readonly key: FactKey
  readonly meta: FactMeta
  /** 0 for the same state and namespace, 1 for the same namespace, 2 for the same state. */
  readonly kinship: number
  readonly distance: number
  readonly isUsed: boolean
}

function candidateOf(
  { key, meta }: RecordedFact,
  { namespace, ordinal }: AskedCall,
  { scope: { stateId }, isUsed }: { readonly scope: IoScope; readonly isUsed: boolean },
): readonly Candidate[] {
  if (meta === undefined || meta.requestId === null || meta.outcome !== 'answered') return []
  const isNamesake = meta.namespace === namespace
  const isSameState = meta.stateId === stateId
  if (!isNamesake && !isSameState) return []
  const other = isNamesake ? 1 : 2
  const kinship = isNamesake && isSameState ? 0 : other
  return [{ key, meta, kinship, distance: Math.abs(meta.ordinal - ordinal), isUsed }]
}

async function compare(
  requested: JsonValue,
  reading: Promise<JsonValue | undefined>,
): Promise<{ readonly differences: readonly JsonDifference[]; readonly places: number }> {
  const recorded = await reading
  if (recorded === undefined) return { differences: [], places: Number.POSITIVE_INFINITY }
  const differences = diffJson(recorded, requested, MAX_ROWS)
  return { differences, places: differences.length }
}
