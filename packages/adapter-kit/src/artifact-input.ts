import { types } from 'node:util'
import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactKind, NewArtifact } from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'

/**
 * A copy of an artifact as it was given, with its address.
 *
 * @throws MfmError `invalid_id`, `invalid_input`, `payload_too_large`
 */
export function newArtifact(kind: ArtifactKind, bytes: Uint8Array, limit: number): NewArtifact {
  const copy = checkedCopy(kind, bytes, limit)
  return { kind, id: artifactIdOf(copy), bytes: copy }
}

/** The same where the caller vouches for the address. */
export function givenArtifact({ kind, id, bytes }: NewArtifact, limit: number): NewArtifact {
  return { kind, id: parseId('artifact_id', id), bytes: checkedCopy(kind, bytes, limit) }
}

function checkedCopy(kind: ArtifactKind, bytes: Uint8Array, limit: number): Uint8Array {
  parseId('segment', kind)
  if (!types.isUint8Array(bytes)) {
    throw new MfmError('invalid_input', {
      message: 'the bytes of an artifact are not a Uint8Array',
    })
  }
  const size = bytes.length
  if (size > limit) throw new MfmError('payload_too_large', { details: { limit, size } })
  return Buffer.from(bytes)
}
