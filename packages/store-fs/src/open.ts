import { resolve } from 'node:path'
import { FsArtifactStore } from './fs-artifact-store.ts'
import { storeError } from './fs-error.ts'
import { Layout } from './layout.ts'
import { sweep } from './leftovers.ts'
import type { FsArtifactStoreOptions } from './options.ts'
import { checkOptions } from './options.ts'

/**
 * Opens the artifacts in a folder, which is made where it is missing. Several processes may have it open.
 *
 * @throws MfmError `invalid_option`, `store_unavailable`, `store_schema_unsupported`, `store_failed`
 *
 * @example
 * await using artifacts = await openFsArtifacts({ path: 'artifacts' })
 * const id = await artifacts.put('output', new TextEncoder().encode('hello'))
 */
export async function openFsArtifacts(options: FsArtifactStoreOptions): Promise<FsArtifactStore> {
  const checked = checkOptions(options)
  const layout = new Layout(resolve(checked.path))
  try {
    if (!checked.readOnly) await layout.prepare()
    await layout.requireKnown()
    if (!checked.readOnly) await sweep(layout.temporary, checked.sweepAfterMillis)
  } catch (error) {
    throw storeError(error, layout.root)
  }
  return new FsArtifactStore(layout, checked)
}
