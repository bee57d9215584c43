import type {
  ErrorInfo,
  FactOutcome,
  JsonObject,
  JsonValue,
  RunConfig,
  RunStatus,
  StateId,
} from '@mfm/core-types'
import {
  errorInfoSchema,
  jsonObjectSchema,
  jsonValueSchema,
  opIdSchema,
  runConfigSchema,
  stateIdSchema,
} from '@mfm/core-types'
import { z } from 'zod'

/**
 * A recorded run as a document for git. It holds what cannot be computed: no digests, no addresses, no moments, no id
 * of the run, and nothing of the machine. Contents that are large or no text stand in files beside it, by digest.
 */
export interface GoldenDocument {
  readonly golden: 1
  /** `null` for a recording of plain code. */
  readonly workflow: GoldenWorkflow | null
  /** The stream in its order. */
  readonly events: readonly GoldenEvent[]
  /** What plain code came to; absent where that was no JSON. */
  readonly result?: JsonValue | undefined
}

/** What a run starts with. */
export interface GoldenWorkflow {
  readonly opId: string
  readonly opVersion: string
  readonly input: JsonValue
  readonly outputKey: string | null
  readonly runConfig: RunConfig
  /** States, their metadata and edges, as the plan digest pins them. */
  readonly plan: JsonObject
  /** The context that the first state saw. */
  readonly context: GoldenValues
}

export type GoldenEvent =
  | GoldenFact
  | { readonly type: 'state_entered'; readonly stateId: StateId; readonly attempt: number }
  | {
      readonly type: 'state_completed'
      readonly stateId: StateId
      readonly attempt: number
      /** Context keys that the state changed. */
      readonly writes: GoldenValues
      /** Context keys that the state took out. */
      readonly deletes?: readonly string[] | undefined
    }
  | {
      readonly type: 'state_failed'
      readonly stateId: StateId
      readonly attempt: number
      readonly error: ErrorInfo
    }
  | {
      readonly type: 'domain'
      readonly name: string
      readonly payload: JsonValue
      readonly stateId: StateId | null
      readonly attempt: number | null
    }
  | {
      readonly type: 'run_completed'
      readonly status: RunStatus
      readonly error: ErrorInfo | null
    }

/** Context keys with their values. */
export interface GoldenValues {
  readonly values: JsonObject
  /** Key → the file of a large value. */
  readonly files?: Readonly<Record<string, string>> | undefined
}

export interface GoldenFact {
  readonly type: 'fact'
  /** Absent for a fact of unknown origin. */
  readonly namespace?: string | undefined
  readonly request?: GoldenContent | undefined
  readonly response: GoldenContent
  readonly attachments?: readonly GoldenContent[] | undefined
  /** `answered` where absent. */
  readonly outcome?: FactOutcome | undefined
  /** The key that the program chose; made of the call where absent. */
  readonly key?: string | undefined
  /** The key that the program chose, where it is bound to another request. */
  readonly supersedes?: string | undefined
  /** How many identical calls, or how many times and noises, came before; 0 where absent. */
  readonly occurrence?: number | undefined
  /** Of a failed call: which try at its key it was. */
  readonly tries?: number | undefined
  /** Position among the operations of the attempt. */
  readonly ordinal?: number | undefined
  /** Absent where they are those of the attempt that is open, or of plain code. */
  readonly stateId?: StateId | undefined
  readonly attempt?: number | undefined
}

/** Bytes: as the JSON that they are canonical for, as text, in hex, or in a file beside the document. */
export type GoldenContent =
  | { readonly json: JsonValue }
  | { readonly text: JsonValue }
  | { readonly hex: string }
  | { readonly file: string }

const count = z.int().nonnegative()
const fileName = z.string().regex(/^[0-9a-f]{64}\.(?:json|txt|bin)$/, {
  error: 'expected a digest and one of .json, .txt, .bin',
})

const contentSchema: z.ZodType<GoldenContent> = z.union([
  z.strictObject({ json: jsonValueSchema }),
  z.strictObject({ text: jsonValueSchema }),
  z.strictObject({ hex: z.string().regex(/^(?:[0-9a-f]{2})*$/) }),
  z.strictObject({ file: fileName }),
])

const valuesSchema: z.ZodType<GoldenValues> = z.strictObject({
  values: jsonObjectSchema,
  files: z.record(z.string(), fileName).optional(),
})

const place = { stateId: stateIdSchema, attempt: count }

const eventSchema: z.ZodType<GoldenEvent> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('fact'),
    namespace: z.string().optional(),
    request: contentSchema.optional(),
    response: contentSchema,
    attachments: z.array(contentSchema).readonly().optional(),
    outcome: z.enum(['answered', 'failed', 'aborted']).optional(),
    key: z.string().optional(),
    supersedes: z.string().optional(),
    occurrence: count.optional(),
    tries: count.optional(),
    ordinal: count.optional(),
    stateId: stateIdSchema.optional(),
    attempt: count.optional(),
  }),
  z.strictObject({ type: z.literal('state_entered'), ...place }),
  z.strictObject({
    type: z.literal('state_completed'),
    ...place,
    writes: valuesSchema,
    deletes: z.array(z.string()).readonly().optional(),
  }),
  z.strictObject({ type: z.literal('state_failed'), ...place, error: errorInfoSchema }),
  z.strictObject({
    type: z.literal('domain'),
    name: z.string(),
    payload: jsonValueSchema,
    stateId: stateIdSchema.nullable(),
    attempt: count.nullable(),
  }),
  z.strictObject({
    type: z.literal('run_completed'),
    status: z.enum(['completed', 'failed', 'cancelled']),
    error: errorInfoSchema.nullable(),
  }),
])

export const goldenDocumentSchema: z.ZodType<GoldenDocument> = z.strictObject({
  golden: z.literal(1),
  workflow: z
    .strictObject({
      opId: opIdSchema,
      opVersion: z.string(),
      input: jsonValueSchema,
      outputKey: z.string().nullable(),
      runConfig: runConfigSchema,
      plan: jsonObjectSchema,
      context: valuesSchema,
    })
    .nullable(),
  events: z.array(eventSchema).readonly(),
  result: jsonValueSchema.optional(),
})
