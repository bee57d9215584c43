import { AMBIENT_KINDS } from '@mfm/ambient'
import { stateIdSchema } from '@mfm/core-types'
import type { AmbientFinding } from '@mfm/workflow'
import { z } from 'zod'
import type { ReplayDocument } from './replay-document.ts'
import { replayDocumentSchema } from './replay-document.ts'

/** What `mfm doctor --determinism` writes: the replay that differed, or else the last one. */
export interface DeterminismDocument extends ReplayDocument {
  /** Replays that were made of the recording; the first that differs ends them. */
  readonly replays: number
  /** Where states took outside input past their io: what a difference comes from, and what a replay refuses. */
  readonly ambient: readonly AmbientFinding[]
  /** What may be the matter, and the way out; `null` where all replays were identical. */
  readonly advice: string | null
}

const findingSchema: z.ZodType<AmbientFinding> = z.object({
  kind: z.enum(AMBIENT_KINDS),
  what: z.string(),
  stateId: stateIdSchema,
  attempt: z.int().nonnegative(),
  location: z.string().nullable(),
  via: z.object({ package: z.string(), location: z.string() }).nullable(),
})

export const determinismDocumentSchema: z.ZodType<DeterminismDocument> = replayDocumentSchema.and(
  z.object({
    replays: z.int().positive(),
    ambient: z.array(findingSchema).readonly(),
    advice: z.string().nullable(),
  }),
)
