import type { JsonObject } from '@mfm/core-types'
import { jsonObjectSchema } from '@mfm/core-types'
import { z } from 'zod'

/** What a failed command writes to standard error with `--output json` and `jsonl`. */
export interface ErrorDocument {
  readonly error: {
    /** Stable: match on this or on `kind`. */
    readonly code: string
    readonly kind: string
    readonly message: string
    readonly details: JsonObject | null
    /** The way out. */
    readonly help: string | null
    /** What led to it, nearest first: one line, with `--verbose` all of them. */
    readonly causes?: readonly string[] | undefined
    /** With `--verbose`. */
    readonly stack?: readonly string[] | undefined
  }
}

export const errorDocumentSchema: z.ZodType<ErrorDocument> = z.object({
  error: z.object({
    code: z.string(),
    kind: z.string(),
    message: z.string(),
    details: jsonObjectSchema.nullable(),
    help: z.string().nullable(),
    causes: z.array(z.string()).readonly().optional(),
    stack: z.array(z.string()).readonly().optional(),
  }),
})
