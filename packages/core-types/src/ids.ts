import { z } from 'zod'

declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** One run: a UUID in lowercase hyphenated form, version 4 at top level, version 5 for a child run. */
export type RunId = Branded<string, 'RunId'>
/** The address of a document: 64 lowercase hex digits, the SHA-256 of its bytes. */
export type ArtifactId = Branded<string, 'ArtifactId'>
/** A SHA-256 digest of something that is not stored as an artifact, in the same spelling as an {@link ArtifactId}. */
export type Digest = Branded<string, 'Digest'>
/** A reusable operation: one segment. */
export type OpId = Branded<string, 'OpId'>
/** One executable step: exactly three segments, `machine.step.local`. */
export type StateId = Branded<string, 'StateId'>
/** What a fact is bound to within one run: any well-formed Unicode string, the empty one included. */
export type FactKey = string

const SEGMENT = '[a-z][a-z0-9_]{0,62}'
const SEGMENT_PATTERN: RegExp = new RegExp(`^${SEGMENT}$`)
const STATE_ID_PATTERN: RegExp = new RegExp(`^${SEGMENT}\\.${SEGMENT}\\.${SEGMENT}$`)
const OP_PATH_PATTERN: RegExp = new RegExp(`^${SEGMENT}(\\.${SEGMENT})+$`)
const DIGEST_LENGTH = 64
/** Character codes of hex digits. A look-up of each is a quarter of the time of a pattern. */
const IS_HEX_DIGIT: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.includes(String.fromCharCode(code)),
)
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** 1 to 63 of `a-z`, `0-9` and `_`, the first a letter. */
export function isSegment(value: unknown): value is string {
  return typeof value === 'string' && SEGMENT_PATTERN.test(value)
}

export function isRunId(value: unknown): value is RunId {
  return typeof value === 'string' && UUID_PATTERN.test(value)
}

export function isArtifactId(value: unknown): value is ArtifactId {
  return isDigest(value)
}

export function isDigest(value: unknown): value is Digest {
  if (typeof value !== 'string' || value.length !== DIGEST_LENGTH) return false
  for (let index = 0; index < DIGEST_LENGTH; index++) {
    if (IS_HEX_DIGIT[value.charCodeAt(index)] !== true) return false
  }
  return true
}

export function isOpId(value: unknown): value is OpId {
  return isSegment(value)
}

export function isStateId(value: unknown): value is StateId {
  return typeof value === 'string' && STATE_ID_PATTERN.test(value)
}

/** Two or more segments joined by dots, such as `machine.step`. */
export function isOpPath(value: unknown): value is string {
  return typeof value === 'string' && OP_PATH_PATTERN.test(value)
}

export const segmentSchema: z.ZodType<string> = z.custom<string>(isSegment, {
  error: 'expected 1 to 63 of a-z, 0-9 and _, the first a letter',
})
export const runIdSchema: z.ZodType<RunId> = z.custom<RunId>(isRunId, {
  error: 'expected a UUID in lowercase hyphenated form',
})
export const artifactIdSchema: z.ZodType<ArtifactId> = z.custom<ArtifactId>(isArtifactId, {
  error: 'expected 64 lowercase hex digits',
})
export const digestSchema: z.ZodType<Digest> = z.custom<Digest>(isDigest, {
  error: 'expected 64 lowercase hex digits',
})
export const opIdSchema: z.ZodType<OpId> = z.custom<OpId>(isOpId, {
  error: 'expected one segment: 1 to 63 of a-z, 0-9 and _, the first a letter',
})
export const stateIdSchema: z.ZodType<StateId> = z.custom<StateId>(isStateId, {
  error: 'expected three segments joined by dots: machine.step.local',
})
export const factKeySchema: z.ZodType<FactKey> = z
  .string()
  .refine((text) => text.isWellFormed(), { error: 'expected well-formed Unicode' })
