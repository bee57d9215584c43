import type { ArtifactId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** @param actual what the stored bytes hash to; `null` where they are too many to be read */
export function corruptArtifact(id: ArtifactId, actual: ArtifactId | null): MfmError {
  return new MfmError('artifact_corruption', {
    message: `the stored bytes of artifact ${id} are not its bytes`,
    details: { artifactId: id, expected: id, actual },
  })
}
