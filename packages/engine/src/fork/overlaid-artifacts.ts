import type { ArtifactId, ArtifactStore, CallOptions, ManyReader } from '@mfm/core-types'
import { canGetMany } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/**
 * A store with documents that are not in it. To be read only.
 *
 * @param find gives a document that is looked for here first
 */
export function overlaidArtifacts(
  artifacts: ArtifactStore,
  find: (id: ArtifactId) => Uint8Array | undefined,
): ArtifactStore & ManyReader {
  return {
    description: artifacts.description,
    put: () => Promise.reject(new MfmError('internal_error')),
    get: async (id, options) => find(id) ?? (await artifacts.get(id, options)),
    exists: async (id, options) => find(id) !== undefined || (await artifacts.exists(id, options)),
    // Asked for only where the description says that the store itself can.
    getMany: async (ids: readonly ArtifactId[], options?: CallOptions) => {
      if (!canGetMany(artifacts)) throw new MfmError('internal_error')
      const found = await artifacts.getMany(ids, options)
      return ids.map((id, index) => find(id) ?? found[index])
    },
    close: async () => undefined,
  }
}
