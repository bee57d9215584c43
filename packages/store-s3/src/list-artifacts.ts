import type { ArtifactId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { ListedPage } from './bucket.ts'
import { artifactIdOfKey } from './object-key.ts'

/**
 * The ids behind the keys of all pages; keys of others are passed over.
 *
 * @throws MfmError `store_unsuitable` where a server says that there is more and not how to get at it, for a partial
 * list would pass for a whole one, and the same page twice would never end
 */
export async function* listArtifacts(
  prefix: string,
  fetchPage: (token: string | undefined) => Promise<ListedPage>,
): AsyncGenerator<ArtifactId, void> {
  const tokens = new Set<string>()
  let token: string | undefined
  for (;;) {
    const { keys, isTruncated, next } = await fetchPage(token)
    for (const key of keys) {
      const id = artifactIdOfKey(prefix, key)
      if (id !== undefined) yield id
    }
    if (!isTruncated) return
    if (next === undefined || next === '' || tokens.has(next)) {
      throw new MfmError('store_unsuitable', {
        message: 'the server cut a list short and gave no way to the rest of it',
        details: { found: next === undefined ? 'page_without_token' : 'page_token_repeated' },
        help: 'Ask the server directly, not through a gateway, or use a release whose ListObjectsV2 pages.',
      })
    }
    tokens.add(next)
    token = next
  }
}
