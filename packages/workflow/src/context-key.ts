import { parseId } from '@mfm/errors'
import type { z } from 'zod'

/** A named, typed place in the run's context. */
export interface ContextKey<T> {
  readonly name: string
  readonly schema: z.ZodType<T>
}

/** A key of any type, for lists of keys. */
// biome-ignore lint/suspicious/noExplicitAny: a schema is invariant in its type, so no other type takes every key
export type AnyContextKey = ContextKey<any>

/** The type of the value that a key holds. */
export type ValueOf<K extends AnyContextKey> = K extends ContextKey<infer T> ? T : never

/**
 * Declares a context key.
 *
 * @param name one segment, unique within the op
 * @param schema judges every value that is written and read. It must take its own output again, so use no transforms
 * @throws MfmError `invalid_id`
 *
 * @example
 * const packages = contextKey('packages', z.array(z.string()))
 */
export function contextKey<T>(name: string, schema: z.ZodType<T>): ContextKey<T> {
  return Object.freeze({ name: parseId('segment', name), schema })
}
