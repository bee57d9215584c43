import type { ArtifactId, NewArtifact } from '@mfm/core-types'
import { systemCode } from './fs-error.ts'
import type { Layout } from './layout.ts'
import { publish, remove } from './publish.ts'
import { readArtifact, writeNewFile } from './stored-file.ts'

/** How often a put begins anew where somebody removes its files or folders. */
const ATTEMPTS = 3

/**
 * Stores an artifact and resolves to its folder, which is yet to be synced.
 *
 * @throws MfmError `artifact_corruption`; errors of the file system as they are
 */
export async function writeArtifact(
  layout: Layout,
  artifact: NewArtifact,
  signal: AbortSignal | undefined,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (!(await isStored(layout, artifact.id, signal))) await create(layout, artifact, signal)
      return layout.folderOf(artifact.id)
    } catch (error) {
      signal?.throwIfAborted()
      if (systemCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error
      layout.forget()
    }
  }
}

/** A stored one is proven, so that nothing points at damage, and made durable, since its writer may have died. */
async function isStored(
  layout: Layout,
  id: ArtifactId,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return (await readArtifact(layout.fileOf(id), id, { signal, sync: true })) !== undefined
}

async function create(
  layout: Layout,
  { id, bytes }: NewArtifact,
  signal: AbortSignal | undefined,
): Promise<void> {
  const temporary = layout.newTemporaryFile()
  try {
    await writeNewFile(temporary, bytes, signal)
    await layout.makeFolderOf(id)
    signal?.throwIfAborted()
    // Where another was faster, its bytes are looked at like any that were there before.
    if (!(await publish(temporary, layout.fileOf(id)))) await isStored(layout, id, signal)
  } catch (error) {
    await remove(temporary)
    throw error
  }
}
