import type { ArtifactId, JsonObject, JsonPointer, OpId, RunId, StateId } from '@mfm/core-types'
import { isArtifactId, isOpId, isOpPath, isRunId, isSegment, isStateId } from '@mfm/core-types'
import type { z } from 'zod'
import type { ErrorCode } from './catalogue.ts'
import { MfmError } from './mfm-error.ts'

/** One thing wrong with a document, and where. */
export interface Problem {
  readonly pointer: JsonPointer
  readonly problem: string
}

export interface DecodeContext {
  /** Names the document in the message, such as `the run config`. */
  readonly what: string
  /** Added to the details of the error. */
  readonly details?: JsonObject
}

/**
 * Decodes a value by a zod schema.
 *
 * @throws MfmError `code`, with `details.problems`: one {@link Problem} each; values are not quoted
 */
export function decode<T>(
  schema: z.ZodType<T>,
  value: unknown,
  code: ErrorCode,
  { what, details = {} }: DecodeContext,
): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${escapePointerPart(String(part))}`).join(''),
    problem: message,
  }))
  const first = problems[0]
  const at = first === undefined || first.pointer === '' ? '' : ` at ${first.pointer}`
  throw new MfmError(code, {
    message: `${what} is not valid${at}: ${first?.problem ?? 'unknown problem'}`,
    details: { ...details, problems },
    cause: result.error,
  })
}

/** One part of a JSON Pointer, escaped (RFC 6901, section 3). */
export function escapePointerPart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1')
}

const GUARDS = {
  run_id: { guard: isRunId, shape: 'a UUID in lowercase hyphenated form' },
  artifact_id: { guard: isArtifactId, shape: '64 lowercase hex digits' },
  op_id: { guard: isOpId, shape: '1 to 63 of a-z, 0-9 and _, the first a letter' },
  op_path: { guard: isOpPath, shape: 'two or more segments joined by dots' },
  state_id: { guard: isStateId, shape: 'three segments joined by dots: machine.step.local' },
  segment: { guard: isSegment, shape: '1 to 63 of a-z, 0-9 and _, the first a letter' },
} as const

interface IdTypes {
  readonly run_id: RunId
  readonly artifact_id: ArtifactId
  readonly op_id: OpId
  readonly op_path: string
  readonly state_id: StateId
  readonly segment: string
}

export type IdKind = keyof IdTypes

/**
 * Checks an identifier.
 *
 * @throws MfmError `invalid_id` with `details.id` (the kind) and `details.value` (cut at 100 characters)
 */
export function parseId<K extends IdKind>(kind: K, value: unknown): IdTypes[K] {
  const { guard, shape } = GUARDS[kind]
  if (guard(value)) return value as IdTypes[K]
  const shown = String(value).slice(0, 100)
  throw new MfmError('invalid_id', {
    message: `${JSON.stringify(shown)} is not a valid ${kind}: expected ${shape}`,
    details: { id: kind, value: shown },
  })
}
