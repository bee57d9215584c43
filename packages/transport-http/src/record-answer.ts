import { artifactIdOf, parseJson } from '@mfm/canonical-json'
import type { JsonValue, TransportAnswer } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { isAnswerHeader } from './header-policy.ts'
import type { HttpRequest } from './http-request.ts'
import type { HttpResponse } from './http-response.ts'
import { selectJson } from './select-json.ts'

/** A longer text is an artifact of its own. */
const LONGEST_TEXT = 65_536
const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * An answer as it is recorded.
 *
 * @param origins of the servers that answered a named endpoint: none of them may show in the headers
 * @throws MfmError `http_select_failed`
 */
export function recordAnswer(
  response: Response,
  bytes: Uint8Array,
  request: HttpRequest,
  origins: readonly URL[],
): TransportAnswer {
  const { body, attachments } = bodyOf(response, bytes, request)
  return { response: headOf(response, body, request, origins), attachments }
}

/** The head of an answer whose body is streamed beside it. */
export function recordHead(
  response: Response,
  request: HttpRequest,
  origins: readonly URL[],
): JsonValue {
  const isEmpty = NO_BODY.has(response.status) || request.method === 'HEAD'
  return headOf(response, isEmpty ? null : { streamed: true }, request, origins)
}

function headOf(
  response: Response,
  body: HttpResponse['body'],
  request: HttpRequest,
  origins: readonly URL[],
): JsonValue {
  const { status, statusText } = response
  const headers = headersOf(response, request, request.endpoint === undefined ? [] : origins)
  const answer: HttpResponse = {
    kind: 'http_response',
    v: 1,
    status,
    ...(statusText !== '' && { statusText }),
    headers,
    body,
  }
  // The cast: an interface has no index signature, but every member is JSON.
  return { ...answer } as JsonValue
}

function headersOf(
  { headers }: Response,
  { select }: HttpRequest,
  origins: readonly URL[],
): Record<string, string> {
  const kept = [...headers].filter(([name]) =>
    select === undefined ? isAnswerHeader(name) : name === 'content-type',
  )
  return Object.fromEntries(
    kept.flatMap(([name, value]) => {
      const hostless = withoutOrigins(value, origins)
      return hostless === undefined ? [] : [[name, hostless] as const]
    }),
  )
}

/** Addresses become relative; what names a host in another way is left out. */
function withoutOrigins(value: string, origins: readonly URL[]): string | undefined {
  let text = value
  for (const { origin } of origins) text = text.replaceAll(origin, '')
  return origins.some(({ host, hostname }) => text.includes(host) || text.includes(hostname))
    ? undefined
    : text
}

function bodyOf(
  { ok, status }: Response,
  bytes: Uint8Array,
  { method, select }: HttpRequest,
): Pick<HttpResponse, 'body'> & Pick<TransportAnswer, 'attachments'> {
  if (bytes.length === 0 && (NO_BODY.has(status) || method === 'HEAD' || !(ok && select))) {
    return { body: null }
  }
  if (select !== undefined && ok) return { body: { json: selectJson(parse(bytes), select) } }
  const text = bytes.length > LONGEST_TEXT ? undefined : decodeText(bytes)
  if (text !== undefined) return { body: { text } }
  const id = artifactIdOf(bytes)
  return { body: { artifact: id, bytes: bytes.length }, attachments: [{ id, bytes }] }
}

function parse(bytes: Uint8Array): JsonValue {
  try {
    return parseJson(bytes, { integers: 'bigint' })
  } catch (cause) {
    throw new MfmError('http_select_failed', { cause })
  }
}

/** `undefined` for bytes that are no UTF-8. A byte order mark stays: the bytes come back as they were. */
function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
