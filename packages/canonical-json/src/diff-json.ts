import type { JsonObject, JsonPointer, JsonValue } from '@mfm/core-types'
import { escapePointerPart } from '@mfm/errors'
import { isArray } from './json-pointer.ts'

/** One place where two documents differ; the side on which it is absent has no member. */
export interface JsonDifference {
  readonly pointer: JsonPointer
  readonly recorded?: JsonValue
  readonly requested?: JsonValue
}

/**
 * Where two documents differ, deepest place first named: members in canonical order, array items by index, at most
 * `limit` rows. No rows exactly where the canonical forms are equal.
 */
export function diffJson(recorded: JsonValue, requested: JsonValue, limit = 100): JsonDifference[] {
  const rows: JsonDifference[] = []
  compare('', recorded, requested, { rows, limit })
  return rows
}

interface Report {
  readonly rows: JsonDifference[]
  readonly limit: number
}

function compare(
  pointer: JsonPointer,
  recorded: JsonValue,
  requested: JsonValue,
  report: Report,
): void {
  if (recorded === requested || report.rows.length >= report.limit) return
  if (isArray(recorded) && isArray(requested)) {
    const length = Math.max(recorded.length, requested.length)
    for (let index = 0; index < length; index++) {
      compareMember(`${pointer}/${index}`, recorded[index], requested[index], report)
    }
  } else if (isObject(recorded) && isObject(requested)) {
    const names = new Set([...Object.keys(recorded), ...Object.keys(requested)])
    for (const name of [...names].sort()) {
      const at = `${pointer}/${escapePointerPart(name)}`
      compareMember(at, own(recorded, name), own(requested, name), report)
    }
  } else if (isObject(recorded) || isObject(requested) || isArray(recorded) || isArray(requested)) {
    report.rows.push({ pointer, recorded, requested })
  } else if (String(recorded) !== String(requested) || isText(recorded) !== isText(requested)) {
    report.rows.push({ pointer, recorded, requested })
  }
}

function compareMember(
  pointer: JsonPointer,
  recorded: JsonValue | undefined,
  requested: JsonValue | undefined,
  report: Report,
): void {
  if (recorded !== undefined && requested !== undefined) {
    compare(pointer, recorded, requested, report)
  } else if (report.rows.length < report.limit) {
    report.rows.push({
      pointer,
      ...(recorded === undefined ? {} : { recorded }),
      ...(requested === undefined ? {} : { requested }),
    })
  }
}

function own(members: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value)
}

function isText(value: JsonValue): boolean {
  return typeof value === 'string'
}
