import type { CanonicalOptions } from './options.ts'
import { depthLimit, integersOnly } from './options.ts'
import { Writer } from './writer.ts'

/**
 * The canonical text of a value (RFC 8785): no whitespace, members sorted by UTF-16 code units, numbers as ECMAScript
 * writes them. Integers beyond 2^53 are exact as `bigint`, from −2^63 to 2^64−1.
 *
 * `toJSON` is never called and a getter is read once, like a value. As in `JSON.stringify`, members that are not
 * enumerable or have a symbol for a name, and members of an array beside its items, are not part of the value.
 *
 * @param value a `JsonValue`, or anything that may be one: it is judged here
 * @throws MfmError `json_not_representable`, `json_number_inexact` (a bigint of more than 64 bits),
 * `float_not_allowed` (profile `integers_only`) and `json_too_deep`, all with `details.pointer`; `invalid_option`
 */
export function canonicalize(value: unknown, options?: CanonicalOptions): string {
  const writer = new Writer(value, {
    integersOnly: integersOnly(options),
    maxDepth: depthLimit(options),
  })
  return writer.write()
}

/**
 * The UTF-8 bytes of {@link canonicalize}. The array may share its `ArrayBuffer` with others, as a `Buffer` does.
 *
 * @throws MfmError as {@link canonicalize} does
 */
export function canonicalBytes(
  value: unknown,
  options?: CanonicalOptions,
): Uint8Array<ArrayBuffer> {
  return utf8Bytes(canonicalize(value, options))
}

export function utf8Bytes(text: string): Uint8Array<ArrayBuffer> {
  // Small buffers come out of Node's pool, which costs a third of a buffer of their own.
  const { buffer, byteOffset, length } = Buffer.from(text)
  return new Uint8Array(buffer, byteOffset, length)
}
