import { z } from 'zod'
import type { OpId } from './ids.ts'
import { opIdSchema } from './ids.ts'
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

/** What a run is: the op, its input and the settings. Its artifact id is on the run's first event. */
export interface Manifest {
  readonly v: 1
  readonly opId: OpId
  readonly opVersion: string
  readonly input: JsonValue
  /** The context key that holds the run's result; `null` for an op without one. */
  readonly outputKey: string | null
  readonly runConfig: RunConfig
  readonly provenance: Provenance
}

const known = z.string().nullable()

export const UNKNOWN_PROVENANCE: Provenance = Object.freeze({
  sourceRevision: null,
  lockfileDigest: null,
  runtime: null,
  platform: null,
  workflow: null,
})

export const manifestSchema: z.ZodType<Manifest> = z.strictObject({
  v: z.literal(1),
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
})
