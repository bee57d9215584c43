import { decode } from '@mfm/errors'
import { z } from 'zod'

export interface SqliteStoreOptions {
  /** The file, or `:memory:` for a store that ends with the process. Its folder is created where it is missing. */
  readonly path: string
  /** How long a call waits for another process (ms) before it rejects with `store_busy`. Default 5000. */
  readonly busyTimeoutMillis?: number | undefined
  /** Refuse every change with `store_unavailable`; the file must exist. Default `false`. */
  readonly readOnly?: boolean | undefined
  readonly limits?: StoreLimits | undefined
  /**
   * How many rows of the log the look-up tables may be behind, four times as many under load; they are held in memory
   * meanwhile, and read again when the file is opened after a crash. Default 1024.
   */
  readonly indexBatchRows?: number | undefined
}

export interface StoreLimits {
  /** Longest artifact and longest event payload in bytes; a longer one is `payload_too_large`. Default 64 MiB. */
  readonly payloadBytes?: number | undefined
}

/** SQLite takes no value of 10^9 bytes or more. */
const MAX_PAYLOAD_BYTES = 900_000_000

/** The options with their defaults. */
export interface CheckedOptions {
  readonly path: string
  readonly busyTimeoutMillis: number
  readonly readOnly: boolean
  readonly limits: { readonly payloadBytes: number }
  readonly indexBatchRows: number
}

const optionsSchema: z.ZodType<CheckedOptions> = z.strictObject({
  path: z.string().min(1),
  busyTimeoutMillis: z.int().nonnegative().default(5000),
  readOnly: z.boolean().default(false),
  limits: z
    .strictObject({
      payloadBytes: z
        .int()
        .positive()
        .max(MAX_PAYLOAD_BYTES)
        .default(64 * 2 ** 20),
    })
    .prefault({}),
  indexBatchRows: z.int().positive().default(1024),
})

/** @throws MfmError `invalid_option` */
export function checkOptions(options: SqliteStoreOptions): CheckedOptions {
  return decode(optionsSchema, options, 'invalid_option', { what: 'the options of the store' })
}
