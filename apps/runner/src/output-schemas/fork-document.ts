import {
  artifactIdSchema,
  digestSchema,
  factKeySchema,
  jsonValueSchema,
  runIdSchema,
  stateIdSchema,
} from '@mfm/core-types'
import type { ForkDifference, ForkedState, ForkReport } from '@mfm/engine'
import { z } from 'zod'
import type { FailureDocument } from './run-document.ts'
import { failureSchema, phaseSchema } from './run-document.ts'

/** What `mfm fork` writes: the new run, held against its parent. */
export interface ForkDocument extends Omit<ForkReport, 'failure'> {
  readonly failure: FailureDocument | null
}

const count = z.int().nonnegative()
const keys = z.array(factKeySchema).readonly()

const differenceSchema: z.ZodType<ForkDifference> = z.object({
  pointer: z.string(),
  parent: jsonValueSchema.exactOptional(),
  fork: jsonValueSchema.exactOptional(),
})

const stateSchema: z.ZodType<ForkedState> = z.object({
  stateId: stateIdSchema,
  change: z.enum(['unchanged', 'changed', 'only_fork', 'only_parent', 'neither']),
  isSameSnapshot: z.boolean(),
  differences: z.array(differenceSchema).readonly(),
  facts: z.object({
    reused: count,
    edited: count,
    recorded: count,
    unused: count,
    recordedKeys: keys,
    unusedKeys: keys,
  }),
})

export const forkDocumentSchema: z.ZodType<ForkDocument> = z.object({
  runId: runIdSchema,
  phase: phaseSchema,
  finalSnapshotId: artifactIdSchema,
  head: z.object({ seq: count, digest: digestSchema.nullable() }),
  failure: failureSchema.nullable(),
  parent: z.object({ runId: runIdSchema, seq: count }),
  edits: z.object({
    at: stateIdSchema,
    facts: z.array(z.object({ key: factKeySchema, value: jsonValueSchema })).readonly(),
    context: z.array(z.object({ key: z.string(), value: jsonValueSchema })).readonly(),
  }),
  states: z.array(stateSchema).readonly(),
  facts: z.object({ reused: count, edited: count, recorded: count, unused: count }),
  outputs: z.object({
    parent: jsonValueSchema,
    fork: jsonValueSchema,
    differences: z.array(differenceSchema).readonly(),
  }),
})
