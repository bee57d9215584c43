import type { JsonObject, JsonValue } from '@mfm/core-types'
import { isStateId } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import { annotationOf } from '@mfm/facts'
import type {
  CallPlace,
  Difference,
  DifferenceKind,
  DifferencePlace,
  NearestFact,
} from './replay-report.ts'

const KINDS: ReadonlyMap<string, DifferenceKind> = new Map([
  ['missing_fact', 'missing'],
  ['fact_exhausted', 'exhausted'],
  ['stream_exhausted', 'exhausted'],
  ['fact_diverged', 'diverged'],
  ['fact_payload_conflict', 'diverged'],
  ['fact_payload_invalid', 'diverged'],
  ['missing_fact_key', 'refused'],
])

/** What the error of a replayed call says of the difference; `undefined` for errors that are none. */
export function callDifference(
  error: MfmError,
): Omit<Difference, 'stateId' | 'attempt'> | undefined {
  const kind = KINDS.get(error.code)
  if (kind === undefined) return undefined
  const details = asObject(error.details)
  const { location = details['location'], nearest = details['nearest'] } = annotationOf(error)
  return {
    kind,
    call: callOf(details),
    seq: null,
    message: error.message,
    pointers: placesOf(error, details),
    location: { today: text(location), recorded: text(asObject(details['recorded'])['location']) },
    nearest: nearestOf(nearest),
    error: { ...error.toInfo(), help: error.help },
  }
}

function callOf({ key, namespace, ordinal }: JsonObject): CallPlace | null {
  if (typeof ordinal !== 'number') return null
  const requested = asObject(namespace)['requested'] ?? namespace
  return {
    key: text(key),
    namespace: text(requested),
    ordinal,
  }
}

/** What the details of an error say of recorded calls that are like the one that differs. */
export function nearestOf(nearest: JsonValue | undefined): NearestFact[] {
  const rows = Array.isArray(nearest) ? nearest : []
  return rows.map(asObject).flatMap((row): NearestFact[] => {
    const { key, namespace, stateId, attempt, ordinal, isUsed, location, differences } = row
    if (typeof key !== 'string' || typeof namespace !== 'string' || !isStateId(stateId)) return []
    return [
      {
        key,
        namespace,
        stateId,
        attempt: Number(attempt),
        ordinal: Number(ordinal),
        isUsed: isUsed === true,
        location: text(location),
        differences: rowsAt('', differences),
      },
    ]
  })
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function placesOf({ code }: MfmError, details: JsonObject): DifferencePlace[] {
  const { namespace, differences } = details
  switch (code) {
    case 'fact_exhausted':
      return [place('/occurrence', details['recorded'], details['asked'])]
    case 'stream_exhausted':
      return [place('/body/chunks', details['recorded'], details['asked'])]
    case 'fact_diverged': {
      const { recorded, requested } = asObject(namespace)
      const moved = recorded === requested ? [] : [place('/namespace', recorded, requested)]
      return [...moved, ...rowsAt('/request', differences)]
    }
    case 'fact_payload_conflict':
    case 'fact_payload_invalid':
      return rowsAt('/value', differences)
    case 'missing_fact_key':
      return [place('/factKey', undefined, null)]
    default:
      return missingPlaces(details)
  }
}

/** Against the nearest recorded call of the state that has not been made yet; all of it where there is none. */
function missingPlaces(details: JsonObject): DifferencePlace[] {
  const { namespace, request, stateId, recordedNamespace, nearest } = details
  const near = (Array.isArray(nearest) ? nearest : []).map(asObject)
  const first = near.find((one) => one['stateId'] === stateId && one['isUsed'] !== true)
  if (first === undefined || request === undefined) {
    const asked = request === undefined ? [] : [place('/request', undefined, request)]
    return [...asked, place('/namespace', recordedNamespace, namespace)]
  }
  const moved =
    first['namespace'] === namespace ? [] : [place('/namespace', first['namespace'], namespace)]
  return [...moved, ...rowsAt('/request', first['differences'])]
}

function rowsAt(prefix: string, rows: JsonValue | undefined): DifferencePlace[] {
  return (Array.isArray(rows) ? rows : [])
    .map(asObject)
    .map(({ pointer, recorded, requested }) =>
      place(`${prefix}${typeof pointer === 'string' ? pointer : ''}`, recorded, requested),
    )
}

function place(
  pointer: string,
  recorded: JsonValue | undefined,
  produced: JsonValue | undefined,
): DifferencePlace {
  return {
    pointer,
    ...(recorded === undefined ? {} : { recorded }),
    ...(produced === undefined ? {} : { produced }),
  }
}

function asObject(value: JsonValue | undefined): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return value as JsonObject // `isArray` does not narrow a readonly array away
}
