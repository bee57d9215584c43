import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { Journal } from './journal.ts'

/**
 * The bytes of an artifact, proven and in a buffer of their own; `undefined` for an absent one.
 *
 * @throws MfmError `artifact_corruption`
 */
export function readArtifact(journal: Journal, id: ArtifactId): Uint8Array | undefined {
  try {
    const artifact = journal.artifact(id)
    if (artifact === undefined) return undefined
    const bytes = artifact.bytes ?? journal.log.large(artifact.row)
    if (bytes === undefined) throw corrupt(id, { actual: null })
    const actual = artifactIdOf(bytes)
    if (actual !== id) throw corrupt(id, { actual })
    return new Uint8Array(bytes)
  } catch (error) {
    return asArtifactDamage(id)(error)
  }
}

/** For `catch`: damage met while an artifact was looked for. */
export function asArtifactDamage(id: ArtifactId): (error: unknown) => never {
  return (error) => {
    if (!hasCode(error, 'store_corruption')) throw error
    throw corrupt(id, { actual: null, cause: error })
  }
}

interface Finding {
  /** What the stored bytes hash to, or `null` where there are none to trust. */
  readonly actual: ArtifactId | null
  readonly cause?: unknown
}

function corrupt(id: ArtifactId, { actual, cause }: Finding): MfmError {
  return new MfmError('artifact_corruption', {
    message: `the stored bytes of artifact ${id} are not its bytes`,
    details: { artifactId: id, expected: id, actual },
    cause,
  })
}
