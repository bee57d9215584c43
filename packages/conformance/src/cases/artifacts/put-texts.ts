import type { ArtifactId, ArtifactStore } from '@mfm/core-types'
import { canPutMany } from '@mfm/core-types'
import { bytesOf } from '../support/samples.ts'

/** In one go, or as many at once as a polite caller has under way. */
const AT_ONCE = 50

/** Stores many texts as fast as the store lets; ids in their order. */
export async function putTexts(
  store: ArtifactStore,
  texts: readonly string[],
): Promise<readonly ArtifactId[]> {
  const artifacts = texts.map((text) => ({ kind: 'output', bytes: bytesOf(text) }))
  const ids: ArtifactId[] = []
  for (let first = 0; first < artifacts.length; first += AT_ONCE) {
    const some = artifacts.slice(first, first + AT_ONCE)
    const done = canPutMany(store)
      ? await store.putMany(some)
      : await Promise.all(some.map(({ kind, bytes }) => store.put(kind, bytes)))
    ids.push(...done)
  }
  return ids
}
