import { z } from 'zod'
import type { FactKey, OpId, StateId } from './ids.ts'
import { factKeySchema, opIdSchema, stateIdSchema } from './ids.ts'
import type { JsonValue } from './json.ts'
import { jsonValueSchema } from './json-schema.ts'
import type { RunConfig } from './run-config.ts'
import { runConfigSchema } from './run-config.ts'

/** Where a run's code came from. Informational; every member is `null` where it is not known. */
export interface Provenance {
  readonly sourceRevision: string | null
  readonly lockfileDigest: string | null
  /** Such as `node 24.1.0`. */
  readonly runtime: string | null
  /** Such as `linux-x64`. */
  readonly platform: string | null
  /** The workflow file or name as it was given, relative to the project; how a later command finds the code. */
  readonly workflow: string | null
}

/** What makes a fork another run than its parent, which the run's first event names. */
export interface ForkRecord {
  /** The first state that the fork ran itself; what had completed before is taken over. */
  readonly at: StateId
  /** Recorded answers that were replaced, by the keys that the parent has for them. */
  readonly facts: readonly { readonly key: FactKey; readonly value: JsonValue }[]
  /** Context keys that were set in the snapshot that the fork begins with. */
  readonly context: readonly { readonly key: string; readonly value: JsonValue }[]
}

/** What a run is: the op, its input and the settings. Its artifact id is on the run's first event. */
export interface Manifest {
  /** 2 where there is a `fork`: who does not know forks must not take one for a whole run. */
  readonly v: 1 | 2
  readonly opId: OpId
  readonly opVersion: string
  readonly input: JsonValue
  /** The context key that holds the run's result; `null` for an op without one. */
  readonly outputKey: string | null
  readonly runConfig: RunConfig
  readonly provenance: Provenance
  readonly fork?: ForkRecord | undefined
}

const known = z.string().nullable()

export const UNKNOWN_PROVENANCE: Provenance = Object.freeze({
  sourceRevision: null,
  lockfileDigest: null,
  runtime: null,
  platform: null,
  workflow: null,
})

const members = {
  opId: opIdSchema,
  opVersion: z.string(),
  input: jsonValueSchema,
  outputKey: z.string().nullable(),
  runConfig: runConfigSchema,
  provenance: z.strictObject({
    sourceRevision: known,
    lockfileDigest: known,
    runtime: known,
    platform: known,
    workflow: known,
  }),
}

const forkSchema: z.ZodType<ForkRecord> = z.strictObject({
  at: stateIdSchema,
  facts: z.array(z.strictObject({ key: factKeySchema, value: jsonValueSchema })).readonly(),
  context: z.array(z.strictObject({ key: z.string(), value: jsonValueSchema })).readonly(),
})

export const manifestSchema: z.ZodType<Manifest> = z.discriminatedUnion('v', [
  z.strictObject({ v: z.literal(1), ...members }),
  z.strictObject({ v: z.literal(2), ...members, fork: forkSchema }),
])
