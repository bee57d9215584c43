import { decode } from '@mfm/errors'
import { z } from 'zod'

export interface TemplateStoreOptions {
  readonly limits?: StoreLimits | undefined
}

export interface StoreLimits {
  /** Longest artifact and longest event payload in bytes; a longer one is `payload_too_large`. Default 64 MiB. */
  readonly payloadBytes?: number | undefined
}

/** The options with their defaults. */
export interface CheckedOptions {
  readonly limits: { readonly payloadBytes: number }
}

const optionsSchema: z.ZodType<CheckedOptions> = z.strictObject({
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
export function checkOptions(options: TemplateStoreOptions): CheckedOptions {
  return decode(optionsSchema, options, 'invalid_option', { what: 'the options of the store' })
}
