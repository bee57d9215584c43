import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { ArtifactId, ArtifactStore } from '@mfm/core-types'

/** Bytes of a length that say where they stand, so that a shift or a swap shows. */
export function patterned(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >>> 8) * 7 + seed) % 256
  return bytes
}

/** The address as the standard library computes it, not as the code under test does. */
export function independentId(bytes: Uint8Array): ArtifactId {
  return createHash('sha256').update(bytes).digest('hex') as ArtifactId // 64 lowercase hex digits
}

export async function assertStored(
  store: Pick<ArtifactStore, 'get'>,
  id: ArtifactId,
  bytes: Uint8Array,
): Promise<void> {
  assertSame(await store.get(id), bytes)
}

/** Not deepEqual: the difference of two long buffers is not worth printing. */
export function assertSame(found: Uint8Array, expected: Uint8Array): void {
  const problem = `${expected.length} bytes came back as ${found.length} others`
  assert.equal(Buffer.compare(found, expected), 0, problem)
}
