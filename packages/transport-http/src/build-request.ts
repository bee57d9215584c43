import type { RequestValue } from '@mfm/core-types'
import { decode } from '@mfm/errors'
import type { HttpInput } from './address.ts'
import { addressOf } from './address.ts'
import { requestInvalid } from './http-error.ts'
import type { HttpBody, HttpRequest } from './http-request.ts'
import { httpRequestSchema } from './http-request.ts'
import type { HeadersInput } from './request-headers.ts'
import { recordedHeaders } from './request-headers.ts'

export interface HttpInit {
  /** Default `GET`, as in `fetch`. */
  readonly method?: string | undefined
  readonly headers?: HeadersInput | undefined
  readonly body?: string | Uint8Array | URLSearchParams | undefined
  /** A body that is sent as JSON, in canonical form; secret handles may stand in it. */
  readonly json?: RequestValue | undefined
  /**
   * JSON Pointers of what is kept of a JSON answer; a part `*` stands for every member or item. The rest is not
   * recorded, so its changes are no divergence.
   */
  readonly select?: readonly string[] | undefined
  /** `follow` is the default. */
  readonly redirect?: 'follow' | 'manual' | undefined
  /** The caller has the answer while its body comes; it is recorded when the body has ended. */
  readonly stream?: boolean | undefined
}

/**
 * A request as it is recorded. Credentials in headers and in the address become secrets, so that their values neither
 * identify the request nor are stored.
 *
 * @throws MfmError `http_request_invalid`
 */
export function httpRequest(input: HttpInput, init: HttpInit = {}): HttpRequest {
  const headers = recordedHeaders(init.headers)
  const { body, contentType } = bodyOf(init)
  if (contentType !== undefined) headers['content-type'] ??= contentType
  const method = (init.method ?? 'GET').toUpperCase()
  const { query, authorization, ...address } = addressOf(input)
  if (authorization !== undefined) {
    if (headers['authorization'] !== undefined) {
      throw requestInvalid('/url', 'it holds credentials, and there is an authorization header')
    }
    headers['authorization'] = authorization
  }
  const request = {
    kind: 'http_request',
    v: 1,
    method,
    ...address,
    headers,
    ...(query.length > 0 && { query }),
    ...(body !== undefined && { body }),
    ...(init.select !== undefined && { select: [...new Set(init.select)].sort() }),
    ...(init.redirect === 'manual' && { redirect: 'manual' }),
    ...(init.stream === true && { stream: true }),
  }
  return decode(httpRequestSchema, request, 'http_request_invalid', { what: 'the HTTP request' })
}

function bodyOf({ body, json }: HttpInit): {
  readonly body?: HttpBody
  readonly contentType?: string
} {
  if (json !== undefined) {
    if (body !== undefined) throw requestInvalid('/body', "there are both 'body' and 'json'")
    return { body: { json }, contentType: 'application/json' }
  }
  if (body === undefined) return {}
  if (body instanceof URLSearchParams) {
    const contentType = 'application/x-www-form-urlencoded;charset=UTF-8'
    return { body: { text: body.toString() }, contentType }
  }
  if (typeof body === 'string')
    return { body: { text: body }, contentType: 'text/plain;charset=UTF-8' }
  if (body instanceof Uint8Array) return { body: { base64: base64(body) } }
  throw requestInvalid('/body', 'expected a string, bytes, URLSearchParams, or json')
}

function base64(data: Uint8Array): string {
  return Buffer.from(data).toString('base64')
}
