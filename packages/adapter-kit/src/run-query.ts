import { sha256 } from '@mfm/canonical-json'
import type { RunQuery, RunSummary, SeqRange } from '@mfm/core-types'
import { opIdSchema } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'
import { z } from 'zod'

export interface CheckedRange {
  readonly from: number
  readonly to: number
}

const rangeSchema: z.ZodType<CheckedRange> = z.strictObject({
  from: z.int().nonnegative().default(1),
  to: z.int().nonnegative().default(Number.MAX_SAFE_INTEGER),
})

/** @throws MfmError `invalid_option` */
export function checkRange(range: SeqRange): CheckedRange {
  return decode(rangeSchema, range, 'invalid_option', { what: 'the range' })
}

export interface CheckedQuery extends RunQuery {
  readonly limit: number
}

const querySchema: z.ZodType<CheckedQuery> = z.strictObject({
  phase: z.enum(['recording', 'running', 'completed', 'failed', 'cancelled']).optional(),
  opId: opIdSchema.optional(),
  idPrefix: z.string().optional(),
  limit: z.int().min(1).max(1000).default(100),
  cursor: z.string().optional(),
})

/** @throws MfmError `invalid_option` */
export function checkQuery(query: RunQuery): CheckedQuery {
  return decode(querySchema, query, 'invalid_option', { what: 'the query' })
}

export function matches({ phase, opId, idPrefix }: CheckedQuery, run: RunSummary): boolean {
  return (
    (phase === undefined || run.phase === phase) &&
    (opId === undefined || run.opId === opId) &&
    (idPrefix === undefined || run.runId.startsWith(idPrefix))
  )
}

/** A position in the list of runs as text that only the store with the same secret accepts. */
export function writeCursor(secret: string, position: number): string {
  return Buffer.from(`${position}.${proof(secret, position)}`).toString('base64url')
}

/** @throws MfmError `cursor_invalid` */
export function readCursor(secret: string, cursor: string): number {
  const position = Number(Buffer.from(cursor, 'base64url').toString().split('.')[0])
  if (writeCursor(secret, position) !== cursor) throw new MfmError('cursor_invalid')
  return position
}

function proof(secret: string, position: number): string {
  return sha256(`${secret}.${position}`).slice(0, 32)
}
