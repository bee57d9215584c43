import { z } from 'zod'
import type { JsonObject, JsonValue } from './json.ts'

/** Structure only: the bytes, the number profile and depth are judged by the canonical encoder. */
export function isJsonValue(value: unknown): value is JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object':
      return value === null || Array.isArray(value) || isPlainObject(value)
    default:
      return false
  }
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** Shallow on purpose: a value inside a document was decoded or encoded as a whole, and is judged there. */
export const jsonValueSchema: z.ZodType<JsonValue> = z.custom<JsonValue>(isJsonValue, {
  error: 'expected a JSON value',
})

export const jsonObjectSchema: z.ZodType<JsonObject> = z.custom<JsonObject>(
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && isJsonValue(value),
  { error: 'expected a JSON object' },
)
