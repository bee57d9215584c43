import type { JsonObject, JsonValue } from '@mfm/core-types'

export function isRecord(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
