import { decodeJsonArtifact } from '@mfm/canonical-json'
import type { ArtifactId, ArtifactStore, Manifest } from '@mfm/core-types'
import { manifestSchema } from '@mfm/core-types'
import { decode } from '@mfm/errors'

/** @throws MfmError `artifact_not_found`, `artifact_corruption`, `artifact_decode_failed`, `artifact_not_canonical` */
export async function loadManifest(artifacts: ArtifactStore, id: ArtifactId): Promise<Manifest> {
  const document = decodeJsonArtifact(id, await artifacts.get(id))
  return decode(manifestSchema, document, 'artifact_decode_failed', {
    what: `the manifest ${id}`,
    details: { artifactId: id },
  })
}
