import type { Capability, Durability } from '@mfm/core-types'
import { z } from 'zod'

/** What `mfm doctor --output json` writes. */
export interface DoctorDocument {
  /** `change`: something must be changed before runs are safe there; `unreachable`: something could not be looked at. */
  readonly verdict: 'fine' | 'change' | 'unreachable'
  readonly ports: readonly PortReport[]
  readonly together: {
    /** Whether documents, facts and events become durable in one commit. */
    readonly atomic: boolean
    readonly promises: readonly string[]
    readonly limits: readonly string[]
  }
  readonly changes: readonly {
    readonly port: PortReport['port']
    /** What to do. */
    readonly change: string
  }[]
}

/** What one port of a configuration is. */
export interface PortReport {
  readonly port: 'events' | 'artifacts' | 'facts'
  /** As it was given, without a password. */
  readonly url: string
  readonly adapter: { readonly name: string; readonly version: string }
  /** What the adapter found behind it, such as `PostgreSQL 15.14`; `null` where nothing tells. */
  readonly product: string | null
  /** `absent`: there is nothing yet, and the first run makes it. `refused`: it is there, and cannot be used as it is. */
  readonly state: 'ready' | 'absent' | 'refused' | 'unreachable'
  /** Why it is refused or unreachable. */
  readonly error: {
    readonly code: string
    readonly message: string
    readonly help: string | null
  } | null
  /** `null` where nothing could be opened. */
  readonly durability: Durability | null
  readonly capabilities: readonly Capability[]
  /** What the conformance suite found of the adapter when this release was made; `null` where it has not been run. */
  readonly conformance: PortConformance | null
  readonly promises: readonly string[]
  readonly limits: readonly string[]
}

export interface PortConformance {
  readonly contract: string
  /** 0 the contract, 1 durable, 2 concurrent, 3 hostile; `null` where not even level 0 holds. */
  readonly level: 0 | 1 | 2 | 3 | null
  readonly passed: number
  readonly total: number
  /** Cases that it cannot pass, and why. */
  readonly exceptions: readonly { readonly case: string; readonly reason: string }[]
}

export const levelSchema: z.ZodType<PortConformance['level']> = z
  .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])
  .nullable()

const texts = z.array(z.string()).readonly()
const portSchema = z.enum(['events', 'artifacts', 'facts'])

export const exceptionSchema: z.ZodType<PortConformance['exceptions'][number]> = z.object({
  case: z.string(),
  reason: z.string(),
})

const portReportSchema: z.ZodType<PortReport> = z.object({
  port: portSchema,
  url: z.string(),
  adapter: z.object({ name: z.string(), version: z.string() }),
  product: z.string().nullable(),
  state: z.enum(['ready', 'absent', 'refused', 'unreachable']),
  error: z
    .object({ code: z.string(), message: z.string(), help: z.string().nullable() })
    .nullable(),
  durability: z.enum(['none', 'process', 'disk', 'replicated']).nullable(),
  capabilities: z.array(z.enum(['getMany', 'putMany', 'watch', 'erase', 'list'])).readonly(),
  conformance: z
    .object({
      contract: z.string(),
      level: levelSchema,
      passed: z.int(),
      total: z.int(),
      exceptions: z.array(exceptionSchema).readonly(),
    })
    .nullable(),
  promises: texts,
  limits: texts,
})

export const doctorDocumentSchema: z.ZodType<DoctorDocument> = z.object({
  verdict: z.enum(['fine', 'change', 'unreachable']),
  ports: z.array(portReportSchema).readonly(),
  together: z.object({ atomic: z.boolean(), promises: texts, limits: texts }),
  changes: z.array(z.object({ port: portSchema, change: z.string() })).readonly(),
})
