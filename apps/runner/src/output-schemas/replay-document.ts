import type { JsonValue } from '@mfm/core-types'
import {
  artifactIdSchema,
  digestSchema,
  errorInfoSchema,
  jsonValueSchema,
  runIdSchema,
  stateIdSchema,
} from '@mfm/core-types'
import type { Difference, DifferencePlace, ReplayReport } from '@mfm/engine'
import { DIFFERENCE_KINDS } from '@mfm/engine'
import { z } from 'zod'
import type { FailureDocument } from './run-document.ts'
import { failureSchema, phaseSchema } from './run-document.ts'

/** What `mfm replay` and `mfm verify` write. */
export interface ReplayDocument extends Omit<ReplayReport, 'context' | 'failure'> {
  /** What the replay came to; `null` where it did not complete, and for a workflow without output. */
  readonly output: JsonValue
  readonly failure: FailureDocument | null
}

const count = z.int().nonnegative()

const places: z.ZodType<readonly DifferencePlace[]> = z
  .array(
    z.object({
      pointer: z.string(),
      recorded: jsonValueSchema.exactOptional(),
      produced: jsonValueSchema.exactOptional(),
    }),
  )
  .readonly()

export const differenceSchema: z.ZodType<Difference> = z.object({
  kind: z.enum(DIFFERENCE_KINDS),
  stateId: stateIdSchema.nullable(),
  attempt: count.nullable(),
  call: z
    .object({ key: z.string(), namespace: z.string().nullable(), ordinal: count.nullable() })
    .nullable(),
  seq: count.nullable(),
  message: z.string(),
  pointers: places,
  error: errorInfoSchema.and(z.looseObject({ help: z.string().optional() })).nullable(),
})

export const replayDocumentSchema: z.ZodType<ReplayDocument> = z.object({
  runId: runIdSchema,
  verdict: z.enum(['identical', 'different']),
  differences: z.array(differenceSchema).readonly(),
  notes: z
    .array(z.object({ kind: z.literal('settings_changed'), message: z.string(), pointers: places }))
    .readonly(),
  phase: phaseSchema,
  finalSnapshotId: artifactIdSchema,
  output: jsonValueSchema,
  failure: failureSchema.nullable(),
  counts: z.object({
    states: count,
    attempts: count,
    events: count,
    facts: count,
    unusedFacts: count,
    outsideEnds: count,
  }),
  unusedFacts: z.array(z.string()).readonly(),
  headDigest: digestSchema.nullable(),
})
