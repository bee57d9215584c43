import type { ArtifactId, ArtifactKind, JsonValue, NewArtifact } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import { canonicalBytes, canonicalize } from './canonicalize.ts'
import { artifactIdOf } from './digest.ts'
import { ExactParser } from './exact-parser.ts'
import type { CanonicalOptions } from './options.ts'
import { depthLimit, integersOnly } from './options.ts'
import { decodeUtf8 } from './parse-json.ts'

/**
 * A value as a document to store: its canonical bytes and their address.
 *
 * @throws MfmError as `canonicalize` does
 */
export function jsonArtifact(
  kind: ArtifactKind,
  value: JsonValue,
  options?: CanonicalOptions,
): NewArtifact {
  const bytes = canonicalBytes(value, options)
  return { kind, id: artifactIdOf(bytes), bytes }
}

/** Raw bytes as a document to store. Copied, so the caller may go on using its buffer. */
export function bytesArtifact(kind: ArtifactKind, bytes: Uint8Array): NewArtifact {
  const copy = Uint8Array.from(bytes)
  return { kind, id: artifactIdOf(copy), bytes: copy }
}

/**
 * Reads a structured document back and proves it: the bytes hash to `id`, are JSON, fit the number profile and are
 * the canonical form of what they say. Integers outside ±(2^53−1) come back as `bigint`, up to 64 bits.
 *
 * @throws MfmError `artifact_corruption` with `details.expected` and `details.actual`; `artifact_decode_failed`,
 * `artifact_float_not_allowed` and `artifact_not_canonical` with `details.artifactId`; `invalid_option`
 */
export function decodeJsonArtifact(
  id: ArtifactId,
  bytes: Uint8Array,
  options?: CanonicalOptions,
): JsonValue {
  const actual = artifactIdOf(bytes)
  if (actual !== id) {
    throw new MfmError('artifact_corruption', {
      message: `the bytes of artifact ${id} hash to ${actual}`,
      details: { expected: id, actual },
    })
  }
  const parserOptions = {
    integers: 'canonical',
    integersOnly: integersOnly(options),
    maxDepth: depthLimit(options),
  } as const
  let text: string
  let value: JsonValue
  try {
    text = decodeUtf8(bytes)
    value = new ExactParser(text, parserOptions).parse()
  } catch (cause) {
    const isFloat = hasCode(cause, 'float_not_allowed')
    throw new MfmError(isFloat ? 'artifact_float_not_allowed' : 'artifact_decode_failed', {
      message: `artifact ${id} does not decode`,
      details: { artifactId: id },
      cause,
    })
  }
  if (canonicalize(value, options) === text) return value
  throw new MfmError('artifact_not_canonical', {
    message: `the bytes of artifact ${id} are not the canonical form of their value`,
    details: { artifactId: id },
  })
}
