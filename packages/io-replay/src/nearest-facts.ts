import type { JsonDifference } from '@mfm/canonical-json'
import { diffJson } from '@mfm/canonical-json'
import type { FactKey, FactMeta, IoScope, JsonObject, JsonValue } from '@mfm/core-types'
import type { RecordedFact } from '@mfm/facts'
import { placeOf } from '@mfm/facts'
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
/** Rows of a difference that an error names for each near fact. */
const MAX_SHOWN = 10

/**
 * The recorded calls that are most like a missing one: those of the same state and namespace first, then by the number
 * of places in which the requests differ, then those that have answered nothing yet, then by how far apart they were
 * asked.
 */
export async function nearestFacts(
  asked: AskedOf,
  scope: IoScope,
  source: FactSource,
): Promise<readonly NearFact[]> {
  const candidates = [...source.facts.values()]
    .flatMap((fact) => candidateOf(fact, asked, { scope, isUsed: source.isUsed(fact) }))
    .sort((a, b) => a.kinship - b.kinship || a.distance - b.distance)
    .slice(0, CANDIDATES)
  const compared = await Promise.all(
    candidates.map(async (candidate) => {
      const { meta } = candidate
      return { ...candidate, ...(await compare(asked.request, source.request(meta.requestId))) }
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

/** What is needed of a call to tell which are like it. */
export interface AskedOf {
  readonly namespace: string
  readonly ordinal: number
  /** Redacted. */
  readonly request: JsonValue
}

/** The same, as the details of an error have them. */
export async function nearestTo(
  asked: AskedOf,
  scope: IoScope,
  source: FactSource,
): Promise<readonly JsonObject[]> {
  return (await nearestFacts(asked, scope, source)).map(describeNear)
}

/** Times, noise and values that a state recorded, for one that it did not: they have no request to be compared. */
export function nearestOfKind(
  { namespace, ordinal }: { readonly namespace: string; readonly ordinal: number },
  { stateId }: IoScope,
  source: FactSource,
): readonly JsonObject[] {
  const candidates = [...source.facts.values()].flatMap((fact) => {
    const { key, meta } = fact
    if (meta?.requestId !== null || meta.namespace !== namespace) return []
    if (meta.stateId !== stateId) return []
    return [{ key, meta, differences: [], isUsed: source.isUsed(fact) }]
  })
  const distance = ({ meta }: NearFact): number => Math.abs(meta.ordinal - ordinal)
  return candidates
    .sort((a, b) => Number(a.isUsed) - Number(b.isUsed) || distance(a) - distance(b))
    .slice(0, NEAREST)
    .map(describeNear)
}

export function describeNear({ key, meta, differences, isUsed }: NearFact): JsonObject {
  return {
    key,
    namespace: meta.namespace,
    ...placeOf(meta),
    isUsed,
    differences: differences.slice(0, MAX_SHOWN).map((row) => ({ ...row })),
  }
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
  { namespace, ordinal }: AskedOf,
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
