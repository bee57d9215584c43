import type { JsonValue } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { ParserOptions } from './exact-parser.ts'
import { ExactParser } from './exact-parser.ts'
import type { CanonicalOptions } from './options.ts'
import { depthLimit, integersOnly, invalidOption } from './options.ts'
import { parseUsual } from './usual-parser.ts'

export interface ParseOptions extends CanonicalOptions {
  /**
   * What becomes of an integer outside ±(2^53−1). `refuse` (default) takes it as a number where a double has exactly
   * this value and these digits, else it is `json_number_inexact`; `bigint` and `string` keep each one exact.
   */
  readonly integers?: 'refuse' | 'bigint' | 'string' | undefined
}

/**
 * Parses one JSON document (RFC 8259) without losing or inventing anything but the digits of a fraction that a double
 * does not hold.
 *
 * @param input a text, or its UTF-8 bytes
 * @throws MfmError `json_syntax` with `details.offset` in UTF-16 code units (also for a byte order mark; without
 * offset for invalid UTF-8); `json_duplicate_member`, `json_not_representable` (a lone surrogate),
 * `json_number_inexact` (also a number too large for a double), `float_not_allowed` and `json_too_deep` with
 * `details.pointer`; `invalid_option`
 */
export function parseJson(input: string | Uint8Array, options?: ParseOptions): JsonValue {
  const parserOptions: ParserOptions = {
    integers: integerMode(options),
    integersOnly: integersOnly(options),
    maxDepth: depthLimit(options),
  }
  const text = typeof input === 'string' ? input : decodeUtf8(input)
  const value = parseUsual(text, parserOptions)
  return value === undefined ? new ExactParser(text, parserOptions).parse() : value
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws MfmError `json_syntax` */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new MfmError('json_syntax', { message: 'the bytes are not UTF-8', cause })
  }
}

function integerMode(options: ParseOptions | undefined): 'refuse' | 'bigint' | 'string' {
  const integers = options?.integers ?? 'refuse'
  if (integers === 'refuse' || integers === 'bigint' || integers === 'string') return integers
  throw invalidOption('integers', "is not 'refuse', 'bigint' or 'string'")
}
