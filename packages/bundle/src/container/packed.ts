import { BLOCK, encodeHeader, paddingAfter } from './entry-header.ts'

/** The length of the chunks that {@link packed} gives, but for longer parts and the last one. */
const CHUNK = 64 * 2 ** 10

export function headerBytes(name: string, size: number): Uint8Array {
  return encodeHeader({ name, size })
}

/** What follows a content of this size. */
export function paddingBytes(size: number): Uint8Array {
  return new Uint8Array(paddingAfter(size))
}

export function endOfArchive(): Uint8Array {
  return new Uint8Array(2 * BLOCK)
}

/** The same bytes in chunks that are worth a write each. */
export async function* packed(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const part of parts) {
    held.push(part)
    length += part.length
    if (length < CHUNK) continue
    yield Buffer.concat(held, length)
    held = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(held, length)
}
