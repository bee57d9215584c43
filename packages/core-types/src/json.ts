/**
 * Any JSON value. Integers outside ±(2^53−1) are `bigint`, because a double would round them; a parser of this
 * project produces `bigint` only where it was asked to keep such integers exact.
 */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

export type JsonObject = { readonly [name: string]: JsonValue }

/** A JSON Pointer (RFC 6901), such as `/items/0/name`; the empty string is the whole document. */
export type JsonPointer = string

/**
 * How numbers are judged in hashed JSON. `rfc8785` takes every finite double; `integers_only` refuses fractions,
 * exponents and `-0`, and takes integers from −2^63 to 2^64−1.
 */
export type NumberProfile = 'rfc8785' | 'integers_only'
