/** Types of elements by their object ids (pg_type.dat of PostgreSQL). */
const OIDS = { bytea: 17, text: 25 } as const

/** Dimensions, whether there are nulls, type of the elements, length, lower bound: 32 bits each. */
const HEADER_BYTES = 20

/**
 * A one-dimensional array as the server sends and receives it in binary (array_recv of PostgreSQL). As text, every byte
 * would take two or more, and quotes and backslashes an escape.
 */
export function binaryArray(
  type: keyof typeof OIDS,
  elements: readonly (string | Uint8Array)[],
): Buffer {
  const bodies = elements.map((element) =>
    typeof element === 'string' ? Buffer.from(element) : element,
  )
  const size = bodies.reduce((sum, body) => sum + 4 + body.length, HEADER_BYTES)
  const array = Buffer.allocUnsafe(size)
  let at = array.writeInt32BE(1, 0)
  at = array.writeInt32BE(0, at)
  at = array.writeInt32BE(OIDS[type], at)
  at = array.writeInt32BE(bodies.length, at)
  at = array.writeInt32BE(1, at)
  for (const body of bodies) {
    at = array.writeInt32BE(body.length, at)
    array.set(body, at)
    at += body.length
  }
  return array
}
