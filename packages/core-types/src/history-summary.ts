import { z } from 'zod'
import type { RunStarted, StateFailed } from './events.ts'
import { runEventSchema } from './events.ts'
import type { ArtifactId, StateId } from './ids.ts'
import { artifactIdSchema, stateIdSchema } from './ids.ts'

/** A history as of a moment between two attempts, as it is stored: small enough to be written often. */
export interface HistorySummary {
  readonly v: 1
  readonly started: RunStarted
  readonly startedAtMillis: number | null
  readonly checkpoint: ArtifactId
  /** Completed states as ranges `[first, last]` of positions in execution order. */
  readonly completed: readonly (readonly [number, number])[]
  readonly states: readonly {
    readonly stateId: StateId
    readonly lastAttempt: number
    readonly failures: number
    readonly orphans: number
    readonly lastFailure: StateFailed | null
  }[]
}

const count = z.int().nonnegative()

const started = runEventSchema.refine((event) => event.type === 'run_started')
const failure = runEventSchema.refine((event) => event.type === 'state_failed')

export const historySummarySchema: z.ZodType<HistorySummary> = z.strictObject({
  v: z.literal(1),
  started,
  startedAtMillis: count.nullable(),
  checkpoint: artifactIdSchema,
  completed: z.array(z.tuple([count, count])),
  states: z.array(
    z.strictObject({
      stateId: stateIdSchema,
      lastAttempt: count,
      failures: count,
      orphans: count,
      lastFailure: failure.nullable(),
    }),
  ),
})
