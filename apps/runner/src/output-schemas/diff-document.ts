import { digestSchema, jsonValueSchema, runIdSchema, stateIdSchema } from '@mfm/core-types'
import type { ComparedSide, DiffRow, FactPlace, RunDiff } from '@mfm/engine'
import { RUN_DIFFERENCE_KINDS } from '@mfm/engine'
import { z } from 'zod'

/** What `mfm diff` writes. `a` is the run that was named first. */
export type DiffDocument = RunDiff

const count = z.int().nonnegative()

const row: z.ZodType<DiffRow> = z.object({
  pointer: z.string(),
  within: z.string().exactOptional(),
  a: jsonValueSchema.exactOptional(),
  b: jsonValueSchema.exactOptional(),
})

const factPlace: z.ZodType<FactPlace> = z.object({
  key: z.string(),
  seq: count,
  namespace: z.string().exactOptional(),
  attempt: count.exactOptional(),
  ordinal: count.exactOptional(),
  outcome: z.enum(['answered', 'failed', 'aborted']).exactOptional(),
})

const side: z.ZodType<ComparedSide> = z.object({
  runId: runIdSchema,
  phase: z.enum(['completed', 'failed', 'cancelled', 'running', 'recording']),
  headSeq: count,
  headDigest: digestSchema.nullable(),
  facts: count,
  outsideEnds: count,
})

export const diffDocumentSchema: z.ZodType<DiffDocument> = z.object({
  verdict: z.enum(['same', 'different']),
  a: side,
  b: side,
  differences: z
    .array(
      z.object({
        kind: z.enum(RUN_DIFFERENCE_KINDS),
        stateId: stateIdSchema.nullable(),
        fact: z.object({ a: factPlace.nullable(), b: factPlace.nullable() }).nullable(),
        rows: z.array(row).readonly(),
      }),
    )
    .readonly(),
  counts: z.record(z.enum(RUN_DIFFERENCE_KINDS), count),
  provenance: z.array(row).readonly(),
  timing: z.object({
    totalA: count.nullable(),
    totalB: count.nullable(),
    states: z
      .array(z.object({ stateId: stateIdSchema, a: count.nullable(), b: count.nullable() }))
      .readonly(),
  }),
  documentsRead: count,
})
