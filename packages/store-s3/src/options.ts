import type { S3Client } from '@aws-sdk/client-s3'
import { decode } from '@mfm/errors'
import { z } from 'zod'

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  /** When a function that gave them is asked again; never where absent. */
  readonly expiration?: Date | undefined
}

/**
 * How `put` makes sure that it replaces nothing.
 *
 * - `probe`: by `If-None-Match: *`, after a race at opening has shown that the server honours it. Once per process,
 *   endpoint and bucket.
 * - `trusted`: by the same, without the race: for a server that is known, or credentials that may not delete.
 * - `unsupported`: the server cannot. A put looks first and then writes plainly; the address keeps that right, since
 *   whoever writes under it at the same time writes the same bytes.
 */
export type CreateOnly = 'probe' | 'trusted' | 'unsupported'

/**
 * Who checks the SHA-256 that goes along with an upload. Reads are hashed here in every mode.
 *
 * - `auto`: it is sent, and a server that knows it checks and keeps it.
 * - `required`: opening also makes sure that the server refuses a wrong one.
 * - `off`: it is not sent: for servers that answer 501 to it. The signature still covers the bytes.
 */
export type Checksums = 'auto' | 'required' | 'off'

export interface S3StoreLimits {
  /** Longest artifact in bytes that `put` takes; a longer one is `payload_too_large`. Default 64 MiB. */
  readonly payloadBytes?: number | undefined
  /** Requests under way at once; keep a borrowed client's `maxSockets` above it. Default 32. */
  readonly concurrency?: number | undefined
  /** Artifacts of this size and more go up in parts. Default 16 MiB. */
  readonly multipartBytes?: number | undefined
  /** Size of a part, 5 MiB or more. Default 8 MiB. */
  readonly partBytes?: number | undefined
  /**
   * Memory for the small artifacts (64 KiB and less) read last. They are answered without asking the server, so what
   * another opening erases is still found here: only for buckets from which nothing is erased meanwhile. Default 0.
   */
  readonly cacheBytes?: number | undefined
}

export interface S3ArtifactStoreOptions {
  readonly bucket: string
  /** Begins every key, such as `team-a/`; a missing last slash is added. Default none. */
  readonly prefix?: string | undefined
  /** A client that stays the caller's: `close` leaves it open. It excludes the four options below. */
  readonly client?: S3Client | undefined
  /** Where the server is, such as `https://s3.example.com:9000`; AWS in `region` where absent. No credentials in it. */
  readonly endpoint?: string | undefined
  /** Default `us-east-1` where `endpoint` is given, else what the AWS SDK finds. */
  readonly region?: string | undefined
  /** Bucket in the path and not in the host name. Default `true` where `endpoint` is given. */
  readonly pathStyle?: boolean | undefined
  /** Default: the AWS SDK's chain of environment, profile and role. A function is asked for them. */
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>) | undefined
  /** Default `probe`. */
  readonly createOnly?: CreateOnly | undefined
  /** Default `auto`. */
  readonly checksums?: Checksums | undefined
  /** All that one call may take, retries included (ms); `store_timeout` after it. Default 30,000. */
  readonly callMillis?: number | undefined
  /** What one request of it may take (ms) before it is given up and sent again. Default 10,000. */
  readonly attemptMillis?: number | undefined
  readonly limits?: S3StoreLimits | undefined
}

const MIB = 2 ** 20
/** Parts of one upload (docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
const MAX_PARTS = 10_000

/** The options with their defaults. */
export interface CheckedOptions extends S3ArtifactStoreOptions {
  /** Empty, or ending in a slash. */
  readonly prefix: string
  readonly createOnly: CreateOnly
  readonly checksums: Checksums
  readonly callMillis: number
  readonly attemptMillis: number
  readonly limits: Required<{ readonly [Name in keyof S3StoreLimits]: number }>
}

const limitsSchema = z
  .strictObject({
    payloadBytes: z
      .int()
      .positive()
      .max(4 * 1024 * MIB)
      .default(64 * MIB),
    concurrency: z.int().min(1).max(1000).default(32),
    multipartBytes: z
      .int()
      .min(5 * MIB)
      .max(1024 * MIB)
      .default(16 * MIB),
    partBytes: z
      .int()
      .min(5 * MIB)
      .max(1024 * MIB)
      .default(8 * MIB),
    cacheBytes: z.int().nonnegative().default(0),
  })
  .refine(({ payloadBytes, partBytes }) => payloadBytes <= partBytes * MAX_PARTS, {
    path: ['partBytes'],
    error: `an artifact of payloadBytes would have more than ${MAX_PARTS} parts`,
  })

const credentialsSchema = z.strictObject({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1).optional(),
  expiration: z.date().optional(),
  $source: z.unknown().optional(), // a mark that the AWS SDK leaves on credentials it was given
})

/** By hand and not as a union, whose one problem would not say which member is wrong. */
const givenCredentialsSchema = z
  .unknown()
  .transform((value, context): S3ArtifactStoreOptions['credentials'] => {
    // What a function gives is judged by the client, when it is asked.
    if (typeof value === 'function') return value as () => Promise<S3Credentials>
    const result = credentialsSchema.safeParse(value)
    if (result.success) return result.data
    context.issues.push(...result.error.issues.map((issue) => ({ ...issue, input: undefined })))
    return z.NEVER
  })

const endpointSchema = z.string().refine(isPlainHttpUrl, {
  error: 'expected an http or https URL without credentials, query and fragment',
})

const prefixSchema = z
  .string()
  .regex(/^(?:[\w!.*'()-]+\/)*[\w!.*'()-]*$/, {
    error: "expected names of letters, digits and _!.*'()- separated by single slashes",
  })
  .refine((prefix) => !prefix.split('/').some((name) => name === '.' || name === '..'), {
    error: 'expected no . and .. among the names',
  })
  .max(512)
  .transform((prefix) => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`))

const millisSchema = z.int().min(1).max(3_600_000)

/** What only a client of our own can be told. */
const CLIENT_OPTIONS = ['endpoint', 'region', 'pathStyle', 'credentials'] as const

const optionsSchema: z.ZodType<CheckedOptions> = z
  .strictObject({
    bucket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{1,254}$/, {
      error: 'expected the name of a bucket or the ARN of an access point',
    }),
    prefix: prefixSchema.default(''),
    client: z.custom<S3Client>(isClient, { error: 'expected an S3Client' }).optional(),
    endpoint: endpointSchema.optional(),
    region: z
      .string()
      .regex(/^[a-z0-9-]+$/i)
      .optional(),
    pathStyle: z.boolean().optional(),
    credentials: givenCredentialsSchema.optional(),
    createOnly: z.enum(['probe', 'trusted', 'unsupported']).default('probe'),
    checksums: z.enum(['auto', 'required', 'off']).default('auto'),
    callMillis: millisSchema.default(30_000),
    attemptMillis: millisSchema.default(10_000),
    limits: limitsSchema.prefault({}),
  })
  .check(({ value, issues }) => {
    if (value.client === undefined) return
    for (const name of CLIENT_OPTIONS) {
      if (value[name] === undefined) continue
      const message = 'a client that is given has its own'
      issues.push({ code: 'custom', path: [name], message, input: undefined })
    }
  })

function isPlainHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === ''
  )
}

function isClient(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'send' in value &&
    typeof value.send === 'function' &&
    'config' in value &&
    typeof value.config === 'object'
  )
}

/**
 * The options with their defaults. Values are never quoted.
 *
 * @throws MfmError `invalid_option`
 */
export function checkOptions(options: S3ArtifactStoreOptions): CheckedOptions {
  return decode(optionsSchema, options, 'invalid_option', { what: 'the options of the store' })
}
