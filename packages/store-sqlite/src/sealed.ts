import { crc32 } from 'node:zlib'
import { damaged } from './damage.ts'

/** Tables whose bodies carry a checksum; the number takes part in it, so that a body is valid in its own table only. */
const TABLES = { log: 1, runs: 2, run_rows: 3, chunk: 4, state: 5 } as const

export type SealedTable = keyof typeof TABLES

/** Bytes at the start of every sealed body that hold the checksum. */
export const SEAL_BYTES = 4

/**
 * Writes the CRC-32 of a body and its place into the first four bytes, which must be free, and returns the body.
 * It finds every damage of up to 32 bits in a row, and a body that stands in another row.
 */
export function seal(table: SealedTable, place: number, body: Buffer): Buffer {
  body.writeUInt32BE(checksum(table, place, body), 0)
  return body
}

/**
 * The body of a row as it was sealed.
 *
 * @throws MfmError `store_corruption` where it is missing or differs
 */
export function unseal(table: SealedTable, place: number, stored: unknown): Buffer {
  if (!(stored instanceof Uint8Array)) throw damaged(table, place, 'is missing')
  const body = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  if (body.length < SEAL_BYTES || body.readUInt32BE(0) !== checksum(table, place, body)) {
    throw damaged(table, place, 'does not have its checksum')
  }
  return body
}

function checksum(table: SealedTable, place: number, body: Buffer): number {
  // Each bit of the place has a bit of the seed, alone or with one that only a far larger place shares.
  const seed = ((place % 2 ** 29) * 8 + TABLES[table]) ^ Math.floor(place / 2 ** 29)
  return crc32(body.subarray(SEAL_BYTES), seed >>> 0)
}
