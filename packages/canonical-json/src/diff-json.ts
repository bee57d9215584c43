import type { JsonObject, JsonPointer, JsonValue } from '@mfm/core-types'
import { escapePointerPart, MfmError } from '@mfm/errors'
import { isArray } from './json-pointer.ts'
import { DEPTH_CEILING } from './options.ts'

/** One place where two documents differ. The member of a side is absent where the place is absent there. */
export interface JsonDifference {
  readonly pointer: JsonPointer
  readonly recorded?: JsonValue
  readonly requested?: JsonValue
}

/**
 * Where two documents differ: the smallest places, members in canonical order, array items by index. No rows exactly
 * where both have the same canonical form.
 *
 * @param limit how many rows at most
 * @throws MfmError `json_too_deep` where both are nested deeper than 2000
 */
export function diffJson(recorded: JsonValue, requested: JsonValue, limit = 100): JsonDifference[] {
  const rows: JsonDifference[] = []
  const pending: Place[] = [{ pointer: '', depth: 0, recorded, requested }]
  while (rows.length < limit) {
    const place = pending.pop()
    if (place === undefined) break
    const parts = partsOfBoth(place)
    if (parts !== undefined) addParts(pending, place, parts)
    else if (!areSameScalar(place.recorded, place.requested)) rows.push(differenceAt(place))
  }
  return rows
}

interface Place {
  readonly pointer: JsonPointer
  readonly depth: number
  readonly recorded: JsonValue | undefined
  readonly requested: JsonValue | undefined
}

type Parts = readonly (string | number)[]

/** The names or indexes on either side, where both sides are objects or both are arrays. */
function partsOfBoth({ recorded, requested }: Place): Parts | undefined {
  if (isArray(recorded) && isArray(requested)) {
    const length = Math.max(recorded.length, requested.length)
    return Array.from({ length }, (_, index) => index)
  }
  if (!isObject(recorded) || !isObject(requested)) return
  return [...new Set([...Object.keys(recorded), ...Object.keys(requested)])].sort()
}

/** Puts the parts that may differ on the stack, the first on top. */
function addParts(pending: Place[], place: Place, parts: Parts): void {
  const { pointer, depth, recorded, requested } = place
  if (depth >= DEPTH_CEILING) {
    throw new MfmError('json_too_deep', { details: { pointer: pointer.toWellFormed() } })
  }
  for (const part of parts.toReversed()) {
    const before = partOf(recorded, part)
    const after = partOf(requested, part)
    if (before === after) continue
    pending.push({
      pointer: `${pointer}/${escapePointerPart(String(part))}`,
      depth: depth + 1,
      recorded: before,
      requested: after,
    })
  }
}

function partOf(value: JsonValue | undefined, part: string | number): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return
  return isArray(value) ? value[Number(part)] : value[part]
}

function differenceAt({ pointer, recorded, requested }: Place): JsonDifference {
  return {
    pointer,
    ...(recorded === undefined ? {} : { recorded }),
    ...(requested === undefined ? {} : { requested }),
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value)
}

/** Whether both are scalars with the same canonical text: `1` and `1n` are, `0` and `-0`, but not `1` and `'1'`. */
function areSameScalar(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right
  if (isContainer(left) || isContainer(right)) return false
  return String(left) === String(right)
}

function isContainer(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null
}
