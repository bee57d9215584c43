import type { EventEnvelope, RunId } from '@mfm/core-types'
import { eventEnvelopeSchema, runIdSchema } from '@mfm/core-types'
import { z } from 'zod'

/** What `mfm events --output json` writes; with `jsonl` each of `events` is a line. */
export interface EventListDocument {
  readonly runId: RunId
  readonly events: readonly EventEnvelope[]
}

export const eventListDocumentSchema: z.ZodType<EventListDocument> = z.object({
  runId: runIdSchema,
  events: z.array(eventEnvelopeSchema).readonly(),
})
