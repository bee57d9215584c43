import { z } from 'zod'
import type { ErrorInfo } from './error-info.ts'
import { errorInfoSchema } from './error-info.ts'
import type { ArtifactId } from './ids.ts'
import { artifactIdSchema } from './ids.ts'
import type { JsonValue } from './json.ts'
import { jsonValueSchema } from './json-schema.ts'

/** How a streamed body ended. */
export interface StreamEnd {
  /** `aborted`: given up by its reader, or by a signal. */
  readonly ended: 'complete' | 'error' | 'aborted'
  /** What the reader was told in place of an end; `null` where it was told of none. */
  readonly error: ErrorInfo | null
}

/** The payload of a fact whose answer has a streamed body: what came. The body is the fact's first attachment. */
export interface StreamedPayload extends StreamEnd {
  readonly kind: 'streamed_answer'
  readonly v: 1
  readonly response: JsonValue
  readonly body: { readonly artifact: ArtifactId; readonly bytes: number }
}

/**
 * The second attachment: how it came. The place of what a program is given is the number of facts of the attempt, and
 * the number of heads and chunks, that it was given before.
 */
export interface StreamDelivery {
  readonly kind: 'stream_delivery'
  readonly v: 1
  readonly head: readonly [facts: number, parts: number]
  /** The bytes of each chunk, and its time since the head. */
  readonly chunks: readonly (readonly [
    bytes: number,
    millis: number,
    facts: number,
    parts: number,
  ])[]
}

const v = z.literal(1)
const count = z.int().nonnegative()

export const streamedPayloadSchema: z.ZodType<StreamedPayload> = z.strictObject({
  kind: z.literal('streamed_answer'),
  v,
  response: jsonValueSchema,
  body: z.strictObject({ artifact: artifactIdSchema, bytes: count }),
  ended: z.enum(['complete', 'error', 'aborted']),
  error: errorInfoSchema.nullable(),
})

export const streamDeliverySchema: z.ZodType<StreamDelivery> = z.strictObject({
  kind: z.literal('stream_delivery'),
  v,
  head: z.tuple([count, count]).readonly(),
  chunks: z.array(z.tuple([count, count, count, count]).readonly()).readonly(),
})
