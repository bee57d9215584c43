import { patterned } from './sample-bytes.ts'

/** Which artifact one process put, in a form that another can make again. */
export type PutNumber = readonly [size: number, round: number, lane: number, number: number]

/** Bytes that no other number has. */
export function numberedArtifact([size, round, lane, number]: PutNumber): Uint8Array {
  const bytes = patterned(size)
  new DataView(bytes.buffer).setUint32(0, round * 2 ** 24 + lane * 2 ** 20 + number)
  return bytes
}
