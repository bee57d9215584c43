import { hash } from 'node:crypto'
import type { ArtifactId, Digest } from '@mfm/core-types'

/** The SHA-256 of bytes, or of the UTF-8 form of a text, as 64 lowercase hex digits. */
export function sha256(data: string | Uint8Array): Digest {
  return hash('sha256', data, 'hex') as Digest // 64 lowercase hex digits by construction
}

/** The address of a document: the SHA-256 of its bytes, or of the UTF-8 form of its text. */
export function artifactIdOf(bytes: Uint8Array | string): ArtifactId {
  return hash('sha256', bytes, 'hex') as ArtifactId // 64 lowercase hex digits by construction
}
