import { decode } from '@mfm/errors'
import type { NatsConnection } from '@nats-io/transport-node'
import { z } from 'zod'

export interface NatsStoreOptions {
  /** `nats://[user:password@]host:port`, or `tls://…`. Either this or {@link connection}. */
  readonly url?: string | undefined
  /** A connection of the caller's, which is never closed here. */
  readonly connection?: NatsConnection | undefined
  /** Begins the names of the streams and subjects: 1 to 100 of `A-Z a-z 0-9 _ -`. Default `mfm`. */
  readonly prefix?: string | undefined
  /** On how many servers each stream is kept, where this opening makes it; 1, 3 or 5. Default 1. */
  readonly replicas?: number | undefined
  /** How long one call waits for the server (ms), reconnecting included; at most 60,000. Default 10,000. */
  readonly callMillis?: number | undefined
  /** Age (ms) from which parts of large documents that nobody finished are removed at opening. Default one hour. */
  readonly sweepAfterMillis?: number | undefined
  readonly limits?: StoreLimits | undefined
}

export interface StoreLimits {
  /** Longest artifact and longest event payload in bytes; a longer one is `payload_too_large`. Default 64 MiB. */
  readonly payloadBytes?: number | undefined
}

/** The options with their defaults. */
export interface CheckedOptions {
  readonly url?: URL | undefined
  readonly connection?: NatsConnection | undefined
  readonly prefix: string
  readonly replicas: number
  readonly callMillis: number
  readonly sweepAfterMillis: number
  readonly limits: { readonly payloadBytes: number }
}

const urlSchema = z
  .string()
  .refine(
    (text) => ['nats:', 'tls:'].includes(URL.parse(text)?.protocol ?? ''),
    'expected nats://host:port or tls://host:port',
  )
  .transform((text) => new URL(text))

const connectionSchema = z.custom<NatsConnection>(
  (value) => typeof Object(value).request === 'function',
  'expected a connection of @nats-io/transport-node',
)

const optionsSchema: z.ZodType<CheckedOptions> = z
  .strictObject({
    url: urlSchema.optional(),
    connection: connectionSchema.optional(),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,100}$/, 'expected 1 to 100 letters, digits, _ or -')
      .default('mfm'),
    replicas: z.union([z.literal(1), z.literal(3), z.literal(5)]).default(1),
    // A repeated message is known by its id for two minutes.
    callMillis: z.int().positive().max(60_000).default(10_000),
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
  .refine(({ url, connection }) => (url === undefined) !== (connection === undefined), {
    error: 'give either url or connection',
  })

/** @throws MfmError `invalid_option` */
export function checkOptions(options: NatsStoreOptions): CheckedOptions {
  return decode(optionsSchema, options, 'invalid_option', { what: 'the options of the store' })
}
