import { z } from 'zod'
import { segmentSchema } from './ids.ts'
import type { JsonValue } from './json.ts'
import { jsonValueSchema } from './json-schema.ts'

/** Which part of the world an error came from. Informational: nothing is decided by it. */
export type ErrorCategory =
  | 'parsing_input'
  | 'on_chain'
  | 'off_chain'
  | 'rpc'
  | 'storage'
  | 'context'
  | 'unknown'

/** The wire form of every error: what is stored in events and facts and what a command prints. */
export interface ErrorInfo {
  /** Stable and machine-readable: one segment, such as `missing_fact`. */
  readonly code: string
  readonly category: ErrorCategory
  /** Whether the same attempt may succeed when made again. */
  readonly retryable: boolean
  /** For people; free text, never a part of the contract. */
  readonly message: string
  /** Secret-free JSON, or `null`. Of a failure, only what says how a call diverged is persisted. */
  readonly details: JsonValue
}

export const errorInfoSchema: z.ZodType<ErrorInfo> = z.strictObject({
  code: segmentSchema,
  category: z.enum([
    'parsing_input',
    'on_chain',
    'off_chain',
    'rpc',
    'storage',
    'context',
    'unknown',
  ]),
  retryable: z.boolean(),
  message: z.string(),
  details: jsonValueSchema,
})
