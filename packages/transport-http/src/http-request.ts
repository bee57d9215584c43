import type { JsonPointer, RequestValue, SecretHandle } from '@mfm/core-types'
import { isSecretHandle } from '@mfm/core-types'
import { z } from 'zod'

/** A text, a secret, or parts of both that are joined, such as `['Bearer ', secret('token')]`. */
export type TextWithSecrets = string | SecretHandle | readonly (string | SecretHandle)[]

/** What is sent. `json` may hold secret handles; `base64` stands for bytes. */
export type HttpBody =
  | { readonly text: string }
  | { readonly json: RequestValue }
  | { readonly base64: string }

/**
 * A request as it is recorded. It goes to a full `url` or to the `path` of a named endpoint; then no host is part of
 * what identifies it.
 */
export type HttpRequest = {
  readonly kind: 'http_request'
  readonly v: 1
  readonly method: string
  /** Names in lowercase. */
  readonly headers: Readonly<Record<string, TextWithSecrets>>
  /** Parameters that are added to those of the address, because they hold secrets. */
  readonly query?: readonly (readonly [string, TextWithSecrets])[]
  readonly body?: HttpBody
  /** What is kept of a JSON answer; a part `*` stands for every member or item. */
  readonly select?: readonly JsonPointer[]
  /** Absent: redirects are followed. */
  readonly redirect?: 'manual'
  /** Absent: the body is whole before the caller has the answer. */
  readonly stream?: true
} & (
  | { readonly url: string; readonly endpoint?: never; readonly path?: never }
  | { readonly endpoint: string; readonly path: string; readonly url?: never }
)

const handle = z.custom<SecretHandle>(isSecretHandle, { error: 'expected a secret handle' })
const textWithSecrets = z.union([
  z.string(),
  handle,
  z.array(z.union([z.string(), handle])).readonly(),
])

const METHOD = /^[A-Z0-9!#$%&'*+.^_`|~-]+$/
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/
const POINTER = /^(?:\/(?:[^/~]|~[01])*)*$/
/** What `fetch` itself refuses. */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

const common = {
  kind: z.literal('http_request'),
  v: z.literal(1),
  method: z
    .string()
    .regex(METHOD, { error: 'expected a method in capitals' })
    .refine((method) => !FORBIDDEN_METHODS.has(method), { error: 'the method is not supported' }),
  headers: z.record(
    z.string().regex(HEADER_NAME, { error: 'expected a header name in lowercase' }),
    textWithSecrets,
  ),
  query: z
    .array(z.tuple([z.string(), textWithSecrets]).readonly())
    .readonly()
    .optional(),
  body: z
    .union([
      z.strictObject({ text: z.string() }),
      z.strictObject({ json: z.custom<RequestValue>() }),
      z.strictObject({ base64: z.base64() }),
    ])
    .optional(),
  select: z
    .array(z.string().regex(POINTER, { error: 'expected a JSON Pointer' }))
    .min(1)
    .max(100)
    .readonly()
    .optional(),
  redirect: z.literal('manual').optional(),
  stream: z.literal(true).optional(),
}

export const httpRequestSchema: z.ZodType<HttpRequest> = z
  .union([
    z.strictObject({ ...common, url: z.url({ protocol: /^https?$/ }) }),
    z.strictObject({
      ...common,
      endpoint: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, {
        error: 'expected a name of a-z, 0-9 and _, the first a letter',
      }),
      path: z.string().regex(/^\/(?!\/)[^\\#\s]*$/, {
        error: "expected a path that begins with one '/' and holds no space, '\\' or '#'",
      }),
    }),
  ])
  .refine(({ method, body }) => body === undefined || !(method === 'GET' || method === 'HEAD'), {
    error: 'a GET or HEAD request has no body',
    path: ['body'],
  })
  .refine(({ stream, select }) => stream === undefined || select === undefined, {
    error: 'nothing is selected of a body that is streamed',
    path: ['select'],
  }) as z.ZodType<HttpRequest> // zod writes optional members as `| undefined`
