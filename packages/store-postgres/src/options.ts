import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { decode } from '@mfm/errors'
import type { Pool } from 'pg'
import { z } from 'zod'

/** How to reach the server; what is absent is taken from the environment as `pg` does (`PGHOST` and so on). */
export interface PostgresConnection {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  /** A function is asked at every new connection. */
  readonly password?: string | (() => string | Promise<string>) | undefined
  readonly database?: string | undefined
  readonly ssl?: boolean | TlsOptions | undefined
}

/** Exactly one of `url`, `connection` and `pool`. */
export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  readonly url?: string | undefined
  readonly connection?: PostgresConnection | undefined
  /** A pool of `pg` that stays yours: it is never ended here. */
  readonly pool?: Pool | undefined
  /** The schema that holds the tables; made where it is missing. Default `mfm`. */
  readonly schema?: string | undefined
  /** Most connections at once, where the pool is not yours. Default 10. */
  readonly poolSize?: number | undefined
  /** The deadline of one call in milliseconds, waiting for a connection and for a restart included. Default 10 000. */
  readonly callTimeoutMillis?: number | undefined
  /** How often a watch looks by itself, for the case that a notification is lost (ms). Default 1000. */
  readonly watchPollMillis?: number | undefined
  readonly limits?: StoreLimits | undefined
}

export interface StoreLimits {
  /** Longest artifact and longest event payload in bytes; a longer one is `payload_too_large`. Default 64 MiB. */
  readonly payloadBytes?: number | undefined
}

/** The options with their defaults. */
export interface CheckedOptions {
  readonly url?: string | undefined
  readonly connection?: PostgresConnection | undefined
  readonly pool?: Pool | undefined
  readonly schema: string
  readonly poolSize: number
  readonly callTimeoutMillis: number
  readonly watchPollMillis: number
  readonly limits: { readonly payloadBytes: number }
}

/** Bytes come back as two hex digits each in one string, and V8 makes none of more than 2^29 characters. */
const MAX_PAYLOAD_BYTES = 200_000_000
/** What a timer of Node takes. */
const MAX_MILLIS = 2 ** 31 - 1
const DEFAULT_POOL_SIZE = 10
/** A name that needs no more than quotes, of at most the 63 bytes that PostgreSQL keeps; `pg_` is its own. */
const SCHEMA_PATTERN = /^(?!pg_)[A-Za-z0-9_-]{1,63}$/

const millis = z.int().positive().max(MAX_MILLIS)

const urlSchema = z
  .string()
  .refine(
    (url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
    'expected a URL that begins with postgres://',
  )

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

const connectionSchema: z.ZodType<PostgresConnection> = z.strictObject({
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65_535).optional(),
  user: z.string().min(1).optional(),
  password: z
    .union([z.string(), z.custom<() => string>(isFunction, 'expected a string or a function')])
    .optional(),
  database: z.string().min(1).optional(),
  ssl: z.union([z.boolean(), z.custom<TlsOptions>(isObject, 'expected TLS options')]).optional(),
})

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** By what it does, for the caller may have another copy of `pg`. */
function isPool(value: unknown): boolean {
  const pool = Object(value)
  return isFunction(pool.connect) && isFunction(pool.on) && isObject(pool.options)
}

const optionsSchema: z.ZodType<CheckedOptions> = z
  .strictObject({
    url: urlSchema.optional(),
    connection: connectionSchema.optional(),
    pool: z.custom<Pool>(isPool, 'expected a Pool of pg').optional(),
    schema: z.string().regex(SCHEMA_PATTERN).default('mfm'),
    poolSize: z.int().positive().max(10_000).default(DEFAULT_POOL_SIZE),
    callTimeoutMillis: millis.default(10_000),
    watchPollMillis: millis.default(1000),
    limits: z
      .strictObject({
        payloadBytes: z
          .int()
          .positive()
          .max(MAX_PAYLOAD_BYTES)
          .default(64 * 2 ** 20),
      })
      .prefault({}),
  })
  .refine(
    ({ url, connection, pool }) =>
      [url, connection, pool].filter((way) => way !== undefined).length === 1,
    'give exactly one of url, connection and pool',
  )
  .refine(({ pool, poolSize }) => pool === undefined || poolSize === DEFAULT_POOL_SIZE, {
    path: ['poolSize'],
    message: 'the size of a pool that is yours is set by you',
  })

/** @throws MfmError `invalid_option`; no value is quoted, for it may hold a password */
export function checkOptions(options: PostgresStoreOptions): CheckedOptions {
  return decode(optionsSchema, options, 'invalid_option', { what: 'the options of the store' })
}
