import type { ArtifactId, ArtifactKind, JsonValue, NewArtifact } from '@mfm/core-types'
import { hasCode, isMfmError, MfmError } from '@mfm/errors'
import { canonicalBytes, utf8Bytes } from './canonicalize.ts'
import { artifactIdOf } from './digest.ts'
import { ExactParser } from './exact-parser.ts'
import type { CanonicalOptions } from './options.ts'
import { depthLimit, integersOnly } from './options.ts'
import { decodeUtf8 } from './parse-json.ts'
import type { WriterOptions } from './writer.ts'
import { Writer } from './writer.ts'

/**
 * A value as a document to store: its canonical bytes and their address.
 *
 * @throws MfmError as `canonicalize` does
 */
export function jsonArtifact(
  kind: ArtifactKind,
  value: unknown,
  options?: CanonicalOptions,
): NewArtifact {
  const bytes = canonicalBytes(value, options)
  return { kind, id: artifactIdOf(bytes), bytes }
}

/** A document with the value that it reads back as. */
export interface JsonDocument {
  readonly artifact: NewArtifact
  readonly value: JsonValue
}

/**
 * As {@link jsonArtifact}, with what {@link decodeJsonArtifact} would give for it: a copy that has lost whatever the
 * document does not say, such as the order of members.
 *
 * @throws MfmError as `canonicalize` does
 */
export function jsonDocument(
  kind: ArtifactKind,
  value: unknown,
  options?: CanonicalOptions,
): JsonDocument {
  const document = { integersOnly: integersOnly(options), maxDepth: depthLimit(options) }
  const writer = new Writer(value, document)
  const text = writer.write()
  const bytes = utf8Bytes(text)
  const artifact = { kind, id: artifactIdOf(bytes), bytes }
  // JSON.parse can round large integers, and mistake names with a backslash: see parseUsual. Nothing else is in doubt in a
  // text that was just written.
  const isExact = !writer.hasUnsafeInteger && !text.includes('\\')
  return { artifact, value: isExact ? (JSON.parse(text) as JsonValue) : readExact(text, document) }
}

function readExact(text: string, options: WriterOptions): JsonValue {
  return new ExactParser(text, { ...options, integers: 'canonical' }).parse()
}

/** Raw bytes as a document to store. Copied, so the caller may go on using its buffer. */
export function bytesArtifact(kind: ArtifactKind, bytes: Uint8Array): NewArtifact {
  const copy = new Uint8Array(bytes)
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
  const document = { integersOnly: integersOnly(options), maxDepth: depthLimit(options) }
  const text = decodeText(id, bytes)
  return decodePlain(text, document) ?? decodeExact(id, text, document)
}

function decodeText(id: ArtifactId, bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    throw undecodable(id, cause)
  }
}

/**
 * `JSON.parse`, which lost nothing where the value is written back as the very text. `undefined` where it is not, or
 * where an integer must become a `bigint`.
 */
function decodePlain(text: string, options: WriterOptions): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue // what JSON.parse returns without a reviver
    const writer = new Writer(value, options)
    return writer.write() === text && !writer.hasUnsafeInteger ? value : undefined
  } catch {
    return
  }
}

function decodeExact(id: ArtifactId, text: string, options: WriterOptions): JsonValue {
  let value: JsonValue
  try {
    value = readExact(text, options)
  } catch (cause) {
    throw undecodable(id, cause)
  }
  if (new Writer(value, options).write() === text) return value
  throw new MfmError('artifact_not_canonical', {
    message: `the bytes of artifact ${id} are not the canonical form of their value`,
    details: { artifactId: id },
  })
}

function undecodable(id: ArtifactId, cause: unknown): MfmError {
  const isFloat = hasCode(cause, 'float_not_allowed')
  return new MfmError(isFloat ? 'artifact_float_not_allowed' : 'artifact_decode_failed', {
    message: `artifact ${id} does not decode: ${cause instanceof Error ? cause.message : cause}`,
    details: { ...(isMfmError(cause) ? cause.details : {}), artifactId: id },
    cause,
  })
}
