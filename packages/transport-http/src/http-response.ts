import type { ArtifactId, JsonValue } from '@mfm/core-types'
import { artifactIdSchema, jsonValueSchema } from '@mfm/core-types'
import { z } from 'zod'

/**
 * A recorded body: text, the selected part of a JSON document, an attachment of so many bytes, or one that is streamed
 * beside the answer.
 */
export type RecordedBody =
  | { readonly text: string }
  | { readonly json: JsonValue }
  | { readonly artifact: ArtifactId; readonly bytes: number }
  | { readonly streamed: true }

/** An answer as it is recorded: the body decoded, without headers that tell of its delivery. */
export interface HttpResponse {
  readonly kind: 'http_response'
  readonly v: 1
  readonly status: number
  readonly statusText?: string | undefined
  /** Names in lowercase. */
  readonly headers: Readonly<Record<string, string>>
  /** `null` where there was none. */
  readonly body: RecordedBody | null
}

export const httpResponseSchema: z.ZodType<HttpResponse> = z.strictObject({
  kind: z.literal('http_response'),
  v: z.literal(1),
  status: z.int().min(200).max(599),
  statusText: z.string().optional(),
  headers: z.record(z.string(), z.string()),
  body: z
    .union([
      z.strictObject({ text: z.string() }),
      z.strictObject({ json: jsonValueSchema }),
      z.strictObject({ artifact: artifactIdSchema, bytes: z.int().nonnegative() }),
      z.strictObject({ streamed: z.literal(true) }),
    ])
    .nullable(),
})
