import type { ArtifactId } from '@mfm/core-types'
import { isArtifactId } from '@mfm/core-types'

const DIGEST_LENGTH = 64

/** Begins the keys of all artifacts. */
export function artifactsPrefix(prefix: string): string {
  return `${prefix}artifacts/`
}

/**
 * The key of an artifact, `<prefix>artifacts/ab/cd/abcd…`. The digest comes first because S3 splits its index, and so
 * its request rate, by what keys begin with.
 */
export function artifactKey(prefix: string, id: ArtifactId): string {
  return `${artifactsPrefix(prefix)}${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`
}

/** Whose key it is; `undefined` for what this store did not put there. */
export function artifactIdOfKey(prefix: string, key: string): ArtifactId | undefined {
  const id = key.slice(-DIGEST_LENGTH)
  return isArtifactId(id) && artifactKey(prefix, id) === key ? id : undefined
}

/** Begins the keys that are written and deleted at opening. */
export function probesPrefix(prefix: string): string {
  return `${prefix}probes/`
}
