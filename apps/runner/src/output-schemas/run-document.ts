import type { Digest, ErrorInfo, JsonValue, RunId, RunStatus, StateId } from '@mfm/core-types'
import {
  digestSchema,
  errorInfoSchema,
  jsonValueSchema,
  runIdSchema,
  stateIdSchema,
} from '@mfm/core-types'
import { z } from 'zod'

/** Why a run failed; without a state where a limit of the whole run was met. */
export interface FailureDocument {
  readonly stateId: StateId | null
  readonly attempt: number | null
  readonly error: ErrorInfo
}

/** What `mfm run` and `mfm resume` write. */
export interface RunDocument {
  readonly runId: RunId
  /** `running`: stopped on the way; `mfm resume` goes on. */
  readonly phase: RunStatus | 'running'
  /** `null` for a run that has not completed, and for a workflow without output. */
  readonly output: JsonValue
  /** The last event; its digest pins the whole run. */
  readonly head: { readonly seq: number; readonly digest: Digest | null }
  readonly failure: FailureDocument | null
}

export const failureSchema: z.ZodType<FailureDocument> = z.object({
  stateId: stateIdSchema.nullable(),
  attempt: z.int().nonnegative().nullable(),
  error: errorInfoSchema,
})

export const phaseSchema: z.ZodType<RunDocument['phase']> = z.enum([
  'completed',
  'failed',
  'cancelled',
  'running',
])

export const runDocumentSchema: z.ZodType<RunDocument> = z.object({
  runId: runIdSchema,
  phase: phaseSchema,
  output: jsonValueSchema,
  head: z.object({ seq: z.int().nonnegative(), digest: digestSchema.nullable() }),
  failure: failureSchema.nullable(),
})
