import { canonicalize } from '@mfm/canonical-json'
import type { JsonValue, RequestValue, SecretResolver } from '@mfm/core-types'
import { isSecretHandle } from '@mfm/core-types'
import type { EndpointOptions } from './endpoints.ts'
import { below, resolveEndpoint } from './endpoints.ts'
import type { HttpBody, HttpRequest, TextWithSecrets } from './http-request.ts'

/** A request with the values of its secrets: what goes over the wire and nowhere else. */
export interface WireRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
  /** Names of the headers that hold secrets: not for another host than the first. */
  readonly secretHeaders: readonly string[]
}

export interface WireOptions extends EndpointOptions {
  /** Sent with every request and no part of what identifies it, such as a `user-agent`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** @throws MfmError `http_endpoint_unknown`, `http_request_invalid`, `secret_unavailable` */
export async function wireRequest(
  request: HttpRequest,
  options: WireOptions,
  resolveSecret: SecretResolver,
): Promise<WireRequest> {
  const url = await urlOf(request, options)
  for (const [name, value] of request.query ?? []) {
    // Not by searchParams, which would write the parameters that are there in another way.
    const added = `${encodeURIComponent(name)}=${encodeURIComponent(await textOf(value, resolveSecret))}`
    url.search = url.search === '' ? added : `${url.search}&${added}`
  }
  const headers = new Headers(options.headers)
  const secretHeaders: string[] = []
  const credentials = takeCredentials(url)
  if (credentials !== undefined) {
    headers.set('authorization', credentials)
    secretHeaders.push('authorization')
  }
  for (const [name, value] of Object.entries(request.headers)) {
    headers.set(name, await textOf(value, resolveSecret))
    if (typeof value !== 'string') secretHeaders.push(name)
  }
  const body = await bytesOf(request.body, resolveSecret)
  return { method: request.method, url, headers, body, secretHeaders }
}

async function urlOf(request: HttpRequest, options: EndpointOptions): Promise<URL> {
  if (request.url !== undefined) return new URL(request.url)
  return below(await resolveEndpoint(request.endpoint, options), request.path)
}

/** `fetch` refuses an address with credentials. */
function takeCredentials(url: URL): string | undefined {
  const { username, password } = url
  if (username === '' && password === '') return undefined
  url.username = ''
  url.password = ''
  const userinfo = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(userinfo).toString('base64')}`
}

async function textOf(value: TextWithSecrets, resolveSecret: SecretResolver): Promise<string> {
  if (typeof value === 'string') return value
  const parts = isSecretHandle(value) ? [value] : value
  const texts = parts.map((part) => (typeof part === 'string' ? part : resolveSecret(part)))
  return (await Promise.all(texts)).join('')
}

async function bytesOf(
  body: HttpBody | undefined,
  resolveSecret: SecretResolver,
): Promise<WireRequest['body']> {
  if (body === undefined) return undefined
  if ('text' in body) return body.text
  if ('base64' in body) return Uint8Array.from(Buffer.from(body.base64, 'base64'))
  return canonicalize(await revealed(body.json, resolveSecret))
}

/** JSON with the values of secrets in place of their handles. */
async function revealed(value: RequestValue, resolveSecret: SecretResolver): Promise<JsonValue> {
  if (typeof value !== 'object' || value === null) return value
  if (isSecretHandle(value)) return await resolveSecret(value)
  if (isList(value)) return await Promise.all(value.map((item) => revealed(item, resolveSecret)))
  const members = Object.entries(value).map(
    async ([name, item]) => [name, await revealed(item, resolveSecret)] as const,
  )
  return Object.fromEntries(await Promise.all(members))
}

function isList(value: RequestValue): value is readonly RequestValue[] {
  return Array.isArray(value)
}
