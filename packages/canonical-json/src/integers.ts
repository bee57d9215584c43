const MIN_INTEGER = -(2n ** 63n)
const MAX_INTEGER = 2n ** 64n - 1n

/** Whether an integer is in −2^63 … 2^64−1, what readers with 64-bit integers can hold. */
export function isInteger64(value: bigint): boolean {
  return value >= MIN_INTEGER && value <= MAX_INTEGER
}

/** {@link isInteger64} of a JSON integer; a token of many digits is not converted. */
export function isInteger64Token(token: string): boolean {
  return token.length <= 20 && isInteger64(BigInt(token))
}

/**
 * Whether a double is a JSON integer in both senses: it has the token's value and is written with the token's digits.
 * Only one may hold: ECMAScript writes 2^60 as `1152921504606847000`, its shortest digits padded with zeros.
 */
export function isExactAsDouble(token: string, value: number): boolean {
  return String(value) === token && BigInt(value) === BigInt(token)
}
