import type { JsonValue } from '@mfm/core-types'
import {
  artifactIdSchema,
  digestSchema,
  divergencePolicySchema,
  errorInfoSchema,
  jsonValueSchema,
  runIdSchema,
  stateIdSchema,
} from '@mfm/core-types'
import type {
  Difference,
  DifferencePlace,
  NearestFact,
  RecordedDivergence,
  ReplayReport,
} from '@mfm/engine'
import { DIFFERENCE_KINDS } from '@mfm/engine'
import { z } from 'zod'
import type { FailureDocument } from './run-document.ts'
import { failureSchema, phaseSchema } from './run-document.ts'

/** A difference with what to do about it. */
export interface ToldDifference extends Difference {
  /** The one command to try next; `null` where the run is not kept. */
  readonly command: string | null
}

/** What `mfm replay` and `mfm verify` write. */
export interface ReplayDocument
  extends Omit<ReplayReport, 'context' | 'failure' | 'differences' | 'allowed'> {
  readonly differences: readonly ToldDifference[]
  /** Differences that the divergence policy lets pass. */
  readonly allowed: readonly ToldDifference[]
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

const nearest: z.ZodType<readonly NearestFact[]> = z
  .array(
    z.object({
      key: z.string(),
      namespace: z.string(),
      stateId: stateIdSchema,
      attempt: count,
      ordinal: count,
      isUsed: z.boolean(),
      location: z.string().nullable(),
      differences: places,
    }),
  )
  .readonly()

type DivergenceMembers = RecordedDivergence & Pick<ToldDifference, 'command'>

/** What is said of a call, be it met in a replay or stored with a run that it stopped. */
export const divergenceMembers: {
  readonly [Name in keyof DivergenceMembers]: z.ZodType<DivergenceMembers[Name]>
} = {
  kind: z.enum(DIFFERENCE_KINDS),
  stateId: stateIdSchema.nullable(),
  attempt: count.nullable(),
  call: z
    .object({
      key: z.string().nullable(),
      namespace: z.string().nullable(),
      ordinal: count.nullable(),
    })
    .nullable(),
  pointers: places,
  location: z.object({ today: z.string().nullable(), recorded: z.string().nullable() }),
  nearest,
  command: z.string().nullable(),
}

export const differenceSchema: z.ZodType<ToldDifference> = z.object({
  ...divergenceMembers,
  seq: count.nullable(),
  message: z.string(),
  error: errorInfoSchema.and(z.looseObject({ help: z.string().optional() })).nullable(),
})

export const replayDocumentSchema: z.ZodType<ReplayDocument> = z.object({
  runId: runIdSchema,
  verdict: z.enum(['identical', 'allowed', 'different']),
  divergence: divergencePolicySchema,
  differences: z.array(differenceSchema).readonly(),
  allowed: z.array(differenceSchema).readonly(),
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
