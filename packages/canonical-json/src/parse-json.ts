import type { JsonValue } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { ExactParser } from './exact-parser.ts'
import type { CanonicalOptions } from './options.ts'
import { depthLimit, integersOnly } from './options.ts'

export interface ParseOptions extends CanonicalOptions {
  /**
   * What becomes of an integer outside ±(2^53−1). `refuse` (default) takes it as a number where a double holds it
   * exactly and writes the same digits, else `json_number_inexact`; `bigint` and `string` keep each one exact.
   */
  readonly integers?: 'refuse' | 'bigint' | 'string' | undefined
}

/**
 * Parses one JSON document (RFC 8259) without losing or inventing anything.
 *
 * @throws MfmError `json_syntax` with `details.offset` (also invalid UTF-8 and a byte order mark);
 * `json_duplicate_member`, `json_not_representable` (a lone surrogate), `json_number_inexact`, `float_not_allowed`
 * and `json_too_deep` with `details.pointer`; `invalid_option`
 */
export function parseJson(input: string | Uint8Array, options?: ParseOptions): JsonValue {
  const text = typeof input === 'string' ? input : decodeUtf8(input)
  return new ExactParser(text, {
    integers: options?.integers ?? 'refuse',
    integersOnly: integersOnly(options),
    maxDepth: depthLimit(options),
  }).parse()
}

export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new MfmError('json_syntax', { message: 'the bytes are not UTF-8', cause })
  }
}
