import type { RunSummary } from '@mfm/core-types'
import { opIdSchema, runIdSchema } from '@mfm/core-types'
import { z } from 'zod'

/** What `mfm runs --output json` writes; with `jsonl` each of `runs` is a line. */
export interface RunListDocument {
  readonly runs: readonly RunSummary[]
  /** For `--cursor`; `null` on the last page. */
  readonly next: string | null
}

const millis = z.int().nonnegative().nullable()

export const runSummarySchema: z.ZodType<RunSummary> = z.object({
  runId: runIdSchema,
  headSeq: z.int().positive(),
  opId: opIdSchema.nullable(),
  phase: z.enum(['recording', 'running', 'completed', 'failed', 'cancelled']),
  startedAtMillis: millis,
  updatedAtMillis: millis,
})

export const runListDocumentSchema: z.ZodType<RunListDocument> = z.object({
  runs: z.array(runSummarySchema).readonly(),
  next: z.string().nullable(),
})
