import type { RunId } from '@mfm/core-types'
import { runIdSchema } from '@mfm/core-types'
import { z } from 'zod'

/** What `mfm golden` writes. */
export interface GoldenFileDocument {
  readonly runId: RunId
  /** As it was given, or by default relative to the working folder. */
  readonly file: string
  /** What a test calls it. */
  readonly name: string
  readonly facts: number
  /** Contents that stand in files of their own beside it. */
  readonly files: readonly string[]
}

export const goldenFileDocumentSchema: z.ZodType<GoldenFileDocument> = z.object({
  runId: runIdSchema,
  file: z.string(),
  name: z.string(),
  facts: z.int().nonnegative(),
  files: z.array(z.string()).readonly(),
})
