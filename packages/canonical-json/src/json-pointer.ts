import type { JsonPointer, JsonValue } from '@mfm/core-types'
import { escapePointerPart } from '@mfm/errors'

/** Joins member names and array indexes to a JSON Pointer (RFC 6901); no parts are the whole document. */
export function formatPointer(parts: readonly (string | number)[]): JsonPointer {
  return parts.map((part) => `/${escapePointerPart(String(part))}`).join('')
}

/**
 * The value that a JSON Pointer (RFC 6901) names, `undefined` where there is none: an absent member, an index that
 * is not there, `-`, an index with a leading zero, and a text that is no pointer. Own members only.
 */
export function getAtPointer(value: JsonValue, pointer: JsonPointer): JsonValue | undefined {
  if (pointer === '') return value
  if (!pointer.startsWith('/')) return
  let at: JsonValue | undefined = value
  for (const escaped of pointer.slice(1).split('/')) {
    const part = unescapePart(escaped)
    at = part === undefined ? undefined : child(at, part)
    if (at === undefined) return
  }
  return at
}

function unescapePart(escaped: string): string | undefined {
  if (!escaped.includes('~')) return escaped
  return /~(?![01])/.test(escaped) ? undefined : escaped.replaceAll('~1', '/').replaceAll('~0', '~')
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
