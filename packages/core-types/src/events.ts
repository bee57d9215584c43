import { z } from 'zod'
import type { ErrorInfo } from './error-info.ts'
import { errorInfoSchema } from './error-info.ts'
import type { ArtifactId, Digest, FactKey, OpId, RunId, StateId } from './ids.ts'
import {
  artifactIdSchema,
  digestSchema,
  factKeySchema,
  opIdSchema,
  runIdSchema,
  stateIdSchema,
} from './ids.ts'
import type { JsonValue } from './json.ts'
import { jsonValueSchema } from './json-schema.ts'

/**
 * Every event carries the version `v` of its own schema. A reader refuses a type, a version or a member that it
 * does not know, by name; so a new meaning always comes with a new version.
 */
interface Versioned<Type extends string> {
  readonly type: Type
  readonly v: 1
}

/** The first event of a workflow run: pins what will be executed. */
export interface RunStarted extends Versioned<'run_started'> {
  readonly opId: OpId
  readonly opVersion: string
  readonly manifestId: ArtifactId
  readonly initialSnapshotId: ArtifactId
  /** Digest of the states, edges and metadata that were planned; a resume with another plan is refused. */
  readonly planDigest: Digest
  /** The run this one came from (a parent's child, a fork's origin) and the last event it shares; else `null`. */
  readonly parent: { readonly runId: RunId; readonly seq: number } | null
}

/** An attempt at a state begins. Attempts count from 0 within a state. */
export interface StateEntered extends Versioned<'state_entered'> {
  readonly stateId: StateId
  readonly attempt: number
  readonly baseSnapshotId: ArtifactId
}

export interface StateCompleted extends Versioned<'state_completed'> {
  readonly stateId: StateId
  readonly attempt: number
  readonly contextSnapshotId: ArtifactId
}

export interface StateFailed extends Versioned<'state_failed'> {
  readonly stateId: StateId
  readonly attempt: number
  /** Free of secrets. `details` is null, or says under `divergence` which call ended the attempt, and how it differs. */
  readonly error: ErrorInfo
  /** Diagnostic only. */
  readonly failureSnapshotId: ArtifactId | null
  /** The next attempt must not begin before this moment (ms since the epoch); `null` where there is no wait. */
  readonly notBeforeMillis: number | null
}

export type RunStatus = 'completed' | 'failed' | 'cancelled'

export interface RunCompleted extends Versioned<'run_completed'> {
  readonly status: RunStatus
  readonly finalSnapshotId: ArtifactId
  /** Why the run ended, where no failed state says so: a limit or a deadline of the whole run; else `null`. */
  readonly error: ErrorInfo | null
}

/** How a recorded call ended. */
export type FactOutcome = 'answered' | 'failed' | 'aborted'

/** Where a fact came from. */
export interface FactMeta {
  readonly v: 1
  /** The namespace called, or `value`, `now_millis`, `random_bytes` for facts that no transport made. */
  readonly namespace: string
  /** The canonical, redacted request, stored as an artifact; `null` where there was none. */
  readonly requestId: ArtifactId | null
  readonly outcome: FactOutcome
  readonly stateId: StateId
  readonly attempt: number
  /** Position among the recorded operations of the attempt, from 0, in the order they were asked for. */
  readonly ordinal: number
  /** Bodies kept as artifacts of their own, in order; absent where there are none. */
  readonly attachments?: readonly ArtifactId[] | undefined
  /** The key that the caller gave, where it is bound to the answer of another request. */
  readonly supersedes?: FactKey | undefined
  /** Where the code asked, as `file:line:column` with a relative path; for runs that are told to record it. */
  readonly location?: string | undefined
}

/** One outside input, bound to its key for ever. */
export interface FactRecorded extends Versioned<'fact_recorded'> {
  readonly key: FactKey
  readonly payloadId: ArtifactId
  /** Empty where the origin is unknown; such a fact is accepted as it is. */
  readonly meta: FactMeta | Readonly<Record<string, never>>
}

/** Stands for all events up to `throughSeq`, so that a resume reads the tail alone. Takes no part in a comparison. */
export interface HistorySummarized extends Versioned<'history_summarized'> {
  readonly throughSeq: number
  readonly summaryId: ArtifactId
}

/** An audit event that a state emitted. */
export interface DomainEvent extends Versioned<'domain'> {
  readonly name: string
  readonly payload: JsonValue
  readonly payloadRef: ArtifactId | null
  readonly stateId: StateId | null
  readonly attempt: number | null
}

/** The events that recovery needs; always written, whatever the event profile. */
export type KernelEvent =
  | RunStarted
  | StateEntered
  | StateCompleted
  | StateFailed
  | RunCompleted
  | FactRecorded
  | HistorySummarized

export type RunEvent = KernelEvent | DomainEvent
export type RunEventType = RunEvent['type']

/** One numbered entry of a run's stream. */
export interface EventEnvelope {
  readonly runId: RunId
  /** From 1, without gaps. */
  readonly seq: number
  /** Milliseconds since the epoch, or `null`. Informational: nothing is decided by it and no comparison reads it. */
  readonly tsMillis: number | null
  /** SHA-256 of the canonical previous envelope; `null` on the first. Makes the stream tamper-evident. */
  readonly prev: Digest | null
  readonly event: RunEvent
}

/** Names that a state cannot give to its own events: they mean something to the kernel. */
export const RESERVED_EVENT_NAMES: ReadonlySet<string> = new Set([
  'run_started',
  'state_entered',
  'state_completed',
  'state_failed',
  'run_completed',
  'fact_recorded',
  'history_summarized',
  'domain',
  'artifact_written',
  'op_boundary',
  'child_run_spawned',
  'child_run_completed',
])

const v = z.literal(1)
const attempt = z.int().nonnegative()
const seq = z.int().nonnegative()

const factMetaSchema: z.ZodType<FactMeta> = z.strictObject({
  v,
  namespace: z.string(),
  requestId: artifactIdSchema.nullable(),
  outcome: z.enum(['answered', 'failed', 'aborted']),
  stateId: stateIdSchema,
  attempt,
  ordinal: z.int().nonnegative(),
  attachments: z.array(artifactIdSchema).readonly().optional(),
  supersedes: factKeySchema.optional(),
  location: z.string().optional(),
})

export const runEventSchema: z.ZodType<RunEvent> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('run_started'),
    v,
    opId: opIdSchema,
    opVersion: z.string(),
    manifestId: artifactIdSchema,
    initialSnapshotId: artifactIdSchema,
    planDigest: digestSchema,
    parent: z.strictObject({ runId: runIdSchema, seq }).nullable(),
  }),
  z.strictObject({
    type: z.literal('state_entered'),
    v,
    stateId: stateIdSchema,
    attempt,
    baseSnapshotId: artifactIdSchema,
  }),
  z.strictObject({
    type: z.literal('state_completed'),
    v,
    stateId: stateIdSchema,
    attempt,
    contextSnapshotId: artifactIdSchema,
  }),
  z.strictObject({
    type: z.literal('state_failed'),
    v,
    stateId: stateIdSchema,
    attempt,
    error: errorInfoSchema,
    failureSnapshotId: artifactIdSchema.nullable(),
    notBeforeMillis: z.int().nonnegative().nullable(),
  }),
  z.strictObject({
    type: z.literal('run_completed'),
    v,
    status: z.enum(['completed', 'failed', 'cancelled']),
    finalSnapshotId: artifactIdSchema,
    error: errorInfoSchema.nullable(),
  }),
  z.strictObject({
    type: z.literal('fact_recorded'),
    v,
    key: factKeySchema,
    payloadId: artifactIdSchema,
    meta: z.union([factMetaSchema, z.strictObject({})]),
  }),
  z.strictObject({
    type: z.literal('history_summarized'),
    v,
    throughSeq: seq,
    summaryId: artifactIdSchema,
  }),
  z.strictObject({
    type: z.literal('domain'),
    v,
    name: z.string().min(1),
    payload: jsonValueSchema,
    payloadRef: artifactIdSchema.nullable(),
    stateId: stateIdSchema.nullable(),
    attempt: attempt.nullable(),
  }),
])

export const eventEnvelopeSchema: z.ZodType<EventEnvelope> = z.strictObject({
  runId: runIdSchema,
  seq: z.int().positive(),
  tsMillis: z.int().nonnegative().nullable(),
  prev: digestSchema.nullable(),
  event: runEventSchema,
})

export function hasFactMeta(meta: FactRecorded['meta']): meta is FactMeta {
  return 'v' in meta
}
