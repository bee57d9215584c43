import { z } from 'zod'
import type { ReplayDocument } from './replay-document.ts'
import { replayDocumentSchema } from './replay-document.ts'

/** What `mfm doctor --determinism` writes: the replay that differed, or else the last one. */
export interface DeterminismDocument extends ReplayDocument {
  /** Replays that were made of the recording; the first that differs ends them. */
  readonly replays: number
  /** What may be the matter, and the way out; `null` where all replays were identical. */
  readonly advice: string | null
}

export const determinismDocumentSchema: z.ZodType<DeterminismDocument> = replayDocumentSchema.and(
  z.object({ replays: z.int().positive(), advice: z.string().nullable() }),
)
