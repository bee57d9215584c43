import { MfmError } from '@mfm/errors'
import type { WireRequest } from './wire-request.ts'

/** As many as `fetch` follows. */
const MAX_REDIRECTS = 20
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export interface Followed {
  readonly response: Response
  /** Every address that was asked. */
  readonly visited: readonly URL[]
}

/**
 * Sends a request and follows redirects. By hand, because `fetch` would hand a credential in a header of any name
 * other than `authorization` on to another host.
 *
 * @throws what `fetch` throws; MfmError `http_failed` for more than 20 redirects
 */
export async function sendFollowing(
  first: WireRequest,
  isFollowing: boolean,
  send: (request: WireRequest) => Promise<Response>,
): Promise<Followed> {
  const visited: URL[] = []
  let request = first
  for (;;) {
    visited.push(request.url)
    const response = await send(request)
    const location = isFollowing ? redirectOf(response, request.url) : undefined
    if (location === undefined) return { response, visited }
    await response.body?.cancel()
    if (visited.length > MAX_REDIRECTS) {
      throw new MfmError('http_failed', { message: `more than ${MAX_REDIRECTS} redirects` })
    }
    request = redirected(request, location, response.status)
  }
}

function redirectOf({ status, headers }: Response, from: URL): URL | undefined {
  const location = headers.get('location')
  if (!REDIRECTS.has(status) || location === null) return undefined
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined
}

/** The next request, by the rules of the Fetch standard (HTTP-redirect fetch). */
function redirected(request: WireRequest, url: URL, status: number): WireRequest {
  const headers = new Headers(request.headers)
  const isPost = request.method === 'POST'
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const becomesGet = (isPost && status <= 302) || (!isRead && status === 303)
  if (becomesGet) {
    for (const name of [...headers.keys()]) if (name.startsWith('content-')) headers.delete(name)
  }
  const isSameOrigin = url.origin === request.url.origin
  const secretHeaders = isSameOrigin ? request.secretHeaders : []
  if (!isSameOrigin) for (const name of request.secretHeaders) headers.delete(name)
  const next = { url, headers, secretHeaders }
  return becomesGet ? { ...next, method: 'GET', body: undefined } : { ...request, ...next }
}
