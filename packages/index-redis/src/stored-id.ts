import type { ArtifactId } from '@mfm/core-types'
import { isArtifactId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/**
 * What Redis holds for a fact key, proven to be an id. The key takes no part in the error: its text is the user's.
 *
 * @throws MfmError `store_corruption`
 */
export function requireStoredId(found: unknown, hash: string): ArtifactId {
  if (isArtifactId(found)) return found
  throw new MfmError('store_corruption', {
    message: `a field of ${JSON.stringify(hash)} does not hold an artifact id`,
    details: { redisKey: hash },
    help: 'Something else writes to the keys of this prefix. Delete the key; the stream of the run has every fact.',
  })
}
