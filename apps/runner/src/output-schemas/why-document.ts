import { artifactIdSchema, jsonValueSchema, runIdSchema, stateIdSchema } from '@mfm/core-types'
import type { Lineage, LineageFact, LineageNode } from '@mfm/engine'
import { z } from 'zod'

/** What `mfm why` writes. */
export type WhyDocument = Lineage

const count = z.int().nonnegative()

const fact: z.ZodType<LineageFact> = z.object({
  key: z.string(),
  seq: count,
  namespace: z.string(),
  attempt: count,
  ordinal: count,
  outcome: z.enum(['answered', 'failed', 'aborted']),
  payloadId: artifactIdSchema,
  request: jsonValueSchema,
})

const node: z.ZodType<LineageNode> = z.object({
  key: z.string(),
  stateId: stateIdSchema.nullable(),
  attempt: count.nullable(),
  seq: count,
  isRepeated: z.boolean(),
  readsAll: z.boolean(),
  facts: z.array(fact).readonly(),
  reads: z.lazy(() => z.array(node).readonly()),
})

export const whyDocumentSchema: z.ZodType<WhyDocument> = z.object({
  runId: runIdSchema,
  pointer: z.string(),
  value: jsonValueSchema,
  parent: z.object({ runId: runIdSchema, seq: count }).nullable(),
  root: node,
})
