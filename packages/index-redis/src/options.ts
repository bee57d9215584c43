import { decode } from '@mfm/errors'
import { Cluster, Redis } from 'ioredis'
import { z } from 'zod'

/** A client of ioredis for one server (or a sentinel's master), or for Redis Cluster. */
export type RedisClient = Redis | Cluster

/** Where the server is (exactly one of `url`, `cluster` and `client`), and how it is called. */
export interface RedisIndexOptions {
  /** One server: `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url?: string | undefined
  /** Redis Cluster: URLs of some nodes; the others are found. User, password and TLS are those of the first. */
  readonly cluster?: readonly string[] | undefined
  /** A client that stays its owner's: it is used as it is set up, and never closed. */
  readonly client?: RedisClient | undefined
  /** Begins every key. What has different prefixes shares nothing. Default `mfm`; no braces, no white space. */
  readonly prefix?: string | undefined
  /** Deadline of one call in milliseconds, reconnecting and repeating included. Default 5000. */
  readonly callMillis?: number | undefined
  /** How many calls may be under way; more are refused with `store_unavailable`. Default 10000. */
  readonly maxCalls?: number | undefined
  /** Use a server that does not tell its version or its eviction policy; what it tells must be right. Default `false`. */
  readonly trustServer?: boolean | undefined
}

/** The options with their defaults. */
export interface CheckedOptions {
  readonly url?: string | undefined
  readonly cluster?: readonly string[] | undefined
  readonly client?: RedisClient | undefined
  readonly prefix: string
  readonly callMillis: number
  readonly maxCalls: number
  readonly trustServer: boolean
}

/** The options of a feed. `trustServer` goes for the version alone: what a feed holds may be evicted. */
export interface RedisFeedOptions extends RedisIndexOptions {
  /** About how many events of a run are kept, the latest. Default 1000. */
  readonly maxEvents?: number | undefined
  /** A feed without a new event for so long is removed. Milliseconds; default one day. */
  readonly keepMillis?: number | undefined
  /** How long a reader waits for an event before it is told that it is quiet. Milliseconds; default 2000. */
  readonly quietMillis?: number | undefined
}

export interface CheckedFeedOptions extends CheckedOptions {
  readonly maxEvents: number
  readonly keepMillis: number
  readonly quietMillis: number
}

const urlSchema = z
  .string()
  .refine(isRedisUrl, { error: 'expected redis://host or rediss://host, without a query' })
const nodeSchema = urlSchema.refine((text) => Number(URL.parse(text)?.pathname.slice(1)) === 0, {
  error: 'expected no database: a cluster has one',
})

const sharedOptions = {
  url: urlSchema.optional(),
  cluster: z.array(nodeSchema).min(1).optional(),
  client: z.custom<RedisClient>(isClient, { error: 'expected a client of ioredis' }).optional(),
  prefix: z
    .string()
    .regex(/^[^{}\s]{1,200}$/u, { error: 'expected 1 to 200 characters, no braces or white space' })
    .default('mfm'),
  callMillis: z.int().min(1).max(600_000).default(5000),
  maxCalls: z.int().min(1).default(10_000),
  trustServer: z.boolean().default(false),
}

const ONE_SERVER = { error: 'expected exactly one of url, cluster and client' }

const indexSchema: z.ZodType<CheckedOptions> = z
  .strictObject(sharedOptions)
  .refine(namesOneServer, ONE_SERVER)

/** @throws MfmError `invalid_option` */
export function checkOptions(options: RedisIndexOptions): CheckedOptions {
  return decode(indexSchema, options, 'invalid_option', { what: 'the options of the index' })
}

const feedSchema: z.ZodType<CheckedFeedOptions> = z
  .strictObject({
    ...sharedOptions,
    maxEvents: z.int().min(1).default(1000),
    keepMillis: z.int().min(1).default(86_400_000),
    quietMillis: z.int().min(10).max(600_000).default(2000),
  })
  .refine(namesOneServer, ONE_SERVER)

/** @throws MfmError `invalid_option` */
export function checkFeedOptions(options: RedisFeedOptions): CheckedFeedOptions {
  return decode(feedSchema, options, 'invalid_option', { what: 'the options of the feed' })
}

function namesOneServer({ url, cluster, client }: CheckedOptions): boolean {
  return [url, cluster, client].filter((given) => given !== undefined).length === 1
}

function isRedisUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !['redis:', 'rediss:'].includes(url.protocol)) return false
  if (url.search !== '' || url.hash !== '') return false
  if (url.hostname === '' || !/^(\/\d*)?$/.test(url.pathname)) return false
  return [url.username, url.password].every(isPercentEncoded)
}

function isPercentEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text).isWellFormed()
  } catch {
    return false
  }
}

/** Structural, so that a client of another copy of ioredis will do. */
function isClient(value: unknown): boolean {
  if (value instanceof Redis || value instanceof Cluster) return true
  const client = Object(value)
  return ['eval', 'hget', 'hscan', 'duplicate'].every((name) => typeof client[name] === 'function')
}
