import { decode } from '@mfm/errors'
import { z } from 'zod'

export interface FsArtifactStoreOptions {
  /** The folder, made with its parents where it is missing. */
  readonly path: string
  /** Refuse every change with `store_unavailable`; the folder must hold a store. Default `false`. */
  readonly readOnly?: boolean | undefined
  /** How many artifacts are read or written at once; the rest wait. Default 16. */
  readonly concurrency?: number | undefined
  /**
   * Age (ms) from which unfinished files of processes that ended are removed when the store is opened. Default one hour.
   */
  readonly sweepAfterMillis?: number | undefined
  readonly limits?: StoreLimits | undefined
}

export interface StoreLimits {
  /** Longest artifact in bytes; a longer one is `payload_too_large`. Default 64 MiB. */
  readonly payloadBytes?: number | undefined
}

/** The options with their defaults. */
export interface CheckedOptions {
  readonly path: string
  readonly readOnly: boolean
  readonly concurrency: number
  readonly sweepAfterMillis: number
  readonly limits: { readonly payloadBytes: number }
}

const optionsSchema: z.ZodType<CheckedOptions> = z.strictObject({
  path: z
    .string()
    .min(1)
    .refine((path) => !path.includes('\0'), { error: 'expected a path without NUL' }),
  readOnly: z.boolean().default(false),
  concurrency: z.int().positive().default(16),
  sweepAfterMillis: z.int().nonnegative().default(3_600_000),
  limits: z
    .strictObject({
      payloadBytes: z
        .int()
        .positive()
        .default(64 * 2 ** 20),
    })
    .prefault({}),
})

/** @throws MfmError `invalid_option` */
export function checkOptions(options: FsArtifactStoreOptions): CheckedOptions {
  return decode(optionsSchema, options, 'invalid_option', { what: 'the options of the store' })
}
