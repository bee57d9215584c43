import type {
  ArtifactId,
  Digest,
  ErrorInfo,
  JsonObject,
  JsonValue,
  OpId,
  Provenance,
  RunId,
  RunPhase,
  StateId,
} from '@mfm/core-types'
import {
  artifactIdSchema,
  digestSchema,
  errorInfoSchema,
  jsonObjectSchema,
  jsonValueSchema,
  opIdSchema,
  runIdSchema,
  stateIdSchema,
} from '@mfm/core-types'
import type { RecordedDivergence } from '@mfm/engine'
import { z } from 'zod'
import { divergenceMembers } from './replay-document.ts'
import type { FailureDocument } from './run-document.ts'
import { failureSchema } from './run-document.ts'

/** One state of a run, with all its attempts. */
export interface StateDetails {
  readonly stateId: StateId
  /** `running`: an attempt has begun and not ended; `failed`: the last one failed. */
  readonly phase: 'running' | 'completed' | 'failed'
  readonly attempts: number
  readonly facts: number
  readonly startedAtMillis: number | null
  readonly endedAtMillis: number | null
  /** From the first attempt's beginning to the last one's end, waits between them included. */
  readonly durationMillis: number | null
  /** Why the last failed attempt failed; also where a later one completed. */
  readonly lastError: ErrorInfo | null
}

/** What the first event of a workflow run pins. */
export interface WorkflowDetails {
  readonly opId: OpId
  readonly opVersion: string
  readonly manifestId: ArtifactId
  readonly input: JsonValue
  /** The context key that holds the output. */
  readonly outputKey: string | null
  readonly provenance: Provenance
  /** The run that this one was forked from, the last event they share, and the first state that it ran itself. */
  readonly forkOf: {
    readonly runId: RunId
    readonly seq: number
    readonly at: StateId
  } | null
}

/** What `mfm show` writes. */
export interface RunDetailsDocument {
  readonly runId: RunId
  readonly phase: RunPhase
  /** `null` for a recording, which has no workflow. */
  readonly workflow: WorkflowDetails | null
  readonly startedAtMillis: number | null
  readonly updatedAtMillis: number | null
  readonly durationMillis: number | null
  readonly head: { readonly seq: number; readonly digest: Digest }
  readonly states: readonly StateDetails[]
  readonly facts: number
  readonly failure: FailureDocument | null
  /** The call that stopped the run, where one diverged. */
  readonly divergence: (RecordedDivergence & { readonly command: string | null }) | null
  /** The result of a completed run; `null` where there is none. */
  readonly output: JsonValue
  /** The working object as the last completed state left it. */
  readonly context: JsonObject | null
}

const count = z.int().nonnegative()
const millis = count.nullable()
const known = z.string().nullable()

const stateDetailsSchema: z.ZodType<StateDetails> = z.object({
  stateId: stateIdSchema,
  phase: z.enum(['running', 'completed', 'failed']),
  attempts: z.int().positive(),
  facts: count,
  startedAtMillis: millis,
  endedAtMillis: millis,
  durationMillis: millis,
  lastError: errorInfoSchema.nullable(),
})

const workflowDetailsSchema: z.ZodType<WorkflowDetails> = z.object({
  opId: opIdSchema,
  opVersion: z.string(),
  manifestId: artifactIdSchema,
  input: jsonValueSchema,
  outputKey: z.string().nullable(),
  provenance: z.object({
    sourceRevision: known,
    lockfileDigest: known,
    runtime: known,
    platform: known,
    workflow: known,
  }),
  forkOf: z.object({ runId: runIdSchema, seq: count, at: stateIdSchema }).nullable(),
})

export const runDetailsDocumentSchema: z.ZodType<RunDetailsDocument> = z.object({
  runId: runIdSchema,
  phase: z.enum(['recording', 'running', 'completed', 'failed', 'cancelled']),
  workflow: workflowDetailsSchema.nullable(),
  startedAtMillis: millis,
  updatedAtMillis: millis,
  durationMillis: millis,
  head: z.object({ seq: z.int().positive(), digest: digestSchema }),
  states: z.array(stateDetailsSchema).readonly(),
  facts: count,
  failure: failureSchema.nullable(),
  divergence: z.object(divergenceMembers).nullable(),
  output: jsonValueSchema,
  context: jsonObjectSchema.nullable(),
})
