import type { RunId } from '@mfm/core-types'
import { runIdSchema } from '@mfm/core-types'
import { z } from 'zod'
import type { ToldDifference } from './replay-document.ts'
import { differenceSchema } from './replay-document.ts'

/**
 * - `identical`, `different`: as `mfm verify` says of the run alone
 * - `allowed`: differs only in what the divergence policy lets pass; `difference` is the first
 * - `unknown_workflow`: the code that the run names cannot be found or loaded
 * - `refused`: the run was not replayed: it is of another version of the workflow, or damaged; `error` says why
 */
export const VERIFY_ALL_VERDICTS = [
  'identical',
  'allowed',
  'different',
  'unknown_workflow',
  'refused',
] as const

type VerifyAllVerdict = (typeof VERIFY_ALL_VERDICTS)[number]

/** One finished run, held against the code of today. */
export interface VerifyAllRow {
  readonly runId: RunId
  /** The workflow as the run names it; `null` where it names none. */
  readonly workflow: string | null
  readonly verdict: VerifyAllVerdict
  /** The first difference; `null` where there is none, or the run was not replayed. */
  readonly difference: ToldDifference | null
  /** Why the run was not replayed. */
  readonly error: { readonly code: string; readonly message: string } | null
}

/** What `mfm verify --all` writes; with `jsonl` each of `runs` is a line as soon as it is known. */
export interface VerifyAllDocument {
  readonly runs: readonly VerifyAllRow[]
  readonly counts: Readonly<Record<VerifyAllVerdict, number>>
  /** Runs without an end, and recordings without a workflow: nothing was asked of them. */
  readonly unfinished: number
}

export const verifyAllRowSchema: z.ZodType<VerifyAllRow> = z.object({
  runId: runIdSchema,
  workflow: z.string().nullable(),
  verdict: z.enum(VERIFY_ALL_VERDICTS),
  difference: differenceSchema.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})

const count = z.int().nonnegative()

export const verifyAllDocumentSchema: z.ZodType<VerifyAllDocument> = z.object({
  runs: z.array(verifyAllRowSchema).readonly(),
  counts: z.record(z.enum(VERIFY_ALL_VERDICTS), count),
  unfinished: count,
})
