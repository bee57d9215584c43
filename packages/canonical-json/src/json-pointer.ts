import type { JsonPointer, JsonValue } from '@mfm/core-types'
import { escapePointerPart } from '@mfm/errors'

/** Joins member names and array indexes to a JSON Pointer (RFC 6901); no parts are the whole document. */
export function formatPointer(parts: readonly (string | number)[]): JsonPointer {
  return parts.map((part) => `/${escapePointerPart(String(part))}`).join('')
}

/** The member names and indexes that a JSON Pointer (RFC 6901) names; `undefined` for a text that is none. */
export function parsePointer(pointer: JsonPointer): readonly string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined
  const parts = pointer.slice(1).split('/')
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/**
 * The value that a JSON Pointer (RFC 6901) names, `undefined` where there is none: an absent member, an index that
 * is not there, `-`, an index with a leading zero, and a text that is no pointer. Own members only.
 */
export function getAtPointer(value: JsonValue, pointer: JsonPointer): JsonValue | undefined {
  const parts = parsePointer(pointer)
  if (parts === undefined) return
  let at: JsonValue | undefined = value
  for (const part of parts) {
    at = child(at, part)
    if (at === undefined) return
  }
  return at
}

function child(value: JsonValue, part: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return
  if (isArray(value)) return /^(0|[1-9][0-9]*)$/.test(part) ? value[Number(part)] : undefined
  return Object.hasOwn(value, part) ? value[part] : undefined
}

/** `Array.isArray`, whose own type guard leaves readonly arrays out. */
export function isArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value)
}
