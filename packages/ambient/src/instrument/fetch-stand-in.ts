import { isMfmError } from '@mfm/errors'
import { quietly } from '../scope.ts'
import type { InstrumentOptions } from './instrument-options.ts'
import { neutralJsonRpc } from './json-rpc.ts'
import type { RecordedFetchInit } from './recorded-io.ts'
import type { Session } from './session.ts'

/** By these clients tell which machine and which version of them asks: another machine would ask another question. */
const OF_THE_MACHINE =
  /^(user-agent|x-stainless-.*|x-goog-api-client|x-amz-user-agent|amz-sdk-.*|x-ms-client-request-id)$/

/** `fetch`, answered by a provider. */
export function fetchStandIn(
  session: Session,
  options: InstrumentOptions,
): typeof globalThis.fetch {
  const ignored = new Set((options.ignoreHeaders ?? []).map((name) => name.toLowerCase()))
  return async (input, init) => {
    const request = quietly(() => new Request(input, init))
    const { method, redirect, signal, url } = request
    signal.throwIfAborted()
    const headers = headersOf(request, ignored)
    const body = await bodyOf(request, headers)
    const neutral = typeof body === 'string' ? neutralJsonRpc(body) : undefined
    const answer = await ask(session, addressOf(url, options), {
      method,
      headers,
      ...(body !== undefined && { body: neutral?.body ?? body }),
      redirect: redirect === 'follow' ? 'follow' : 'manual',
      signal,
    })
    if (redirect === 'error') refuseRedirect(answer)
    const response = (await neutral?.restore(answer)) ?? answer
    return Object.defineProperty(response, 'url', { value: url })
  }
}

function headersOf(request: Request, ignored: ReadonlySet<string>): Headers {
  const headers = new Headers(request.headers)
  for (const name of [...headers.keys()]) {
    if (OF_THE_MACHINE.test(name) || ignored.has(name)) headers.delete(name)
  }
  return headers
}

function refuseRedirect({ status }: Response): void {
  if (status < 300 || status >= 400) return
  throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') })
}

/** As `fetch` rejects, so that a client's own handling of errors works; what no server did is thrown as it is. */
async function ask(
  session: Session,
  address: Parameters<Session['io']['fetch']>[0],
  asked: RecordedFetchInit,
): Promise<Response> {
  try {
    return await session.recorded(() => session.io.fetch(address, asked))
  } catch (error) {
    asked.signal.throwIfAborted()
    if (!isMfmError(error)) throw error
    if (error.code === 'call_aborted') throw abortError()
    if (NETWORK.has(error.code)) throw new TypeError('fetch failed', { cause: error })
    throw error
  }
}

function abortError(): DOMException {
  return new DOMException('This operation was aborted', 'AbortError')
}

const NETWORK: ReadonlySet<string> = new Set(['http_failed', 'http_timeout'])

/** Text stays text, so that a difference can be read. Without a type it would be given one. */
async function bodyOf(
  request: Request,
  headers: Headers,
): Promise<string | Uint8Array | undefined> {
  if (request.body === null) return undefined
  const content = withOwnBoundary(Buffer.from(await request.arrayBuffer()), headers)
  if (!headers.has('content-type')) return content
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return content
  }
}

const BOUNDARY = '----formdata-mfm-09f911029d74e35bd84156c5635688c0'

/** The platform draws the boundary of a form by chance. */
function withOwnBoundary(content: Buffer, headers: Headers): Buffer {
  const type = headers.get('content-type') ?? ''
  const [, drawn] = /^multipart\/form-data; ?boundary=(----formdata-undici-\d+)$/.exec(type) ?? []
  if (drawn === undefined || content.includes(BOUNDARY)) return content
  headers.set('content-type', type.replace(drawn, BOUNDARY))
  return Buffer.from(content.toString('latin1').replaceAll(drawn, BOUNDARY), 'latin1')
}

function addressOf(
  url: string,
  { endpoints = {} }: InstrumentOptions,
): string | { readonly endpoint: string; readonly path: string } {
  const [found] = Object.entries(endpoints)
    .map(([endpoint, base]) => ({ endpoint, path: pathBelow(url, base) }))
    .filter((place) => place.path !== undefined)
    // The narrowest of several.
    .sort((one, other) => (one.path?.length ?? 0) - (other.path?.length ?? 0))
  return found?.path === undefined ? url : { endpoint: found.endpoint, path: found.path }
}

/** What is left of an address below another, from its `/` on. */
function pathBelow(url: string, base: string): string | undefined {
  const { href } = new URL(url)
  const prefix = new URL(base).href.replace(/[?#].*$/, '').replace(/\/$/, '')
  const rest = href.startsWith(prefix) ? href.slice(prefix.length).replace(/#.*$/, '') : undefined
  if (rest === '') return '/'
  if (rest?.startsWith('?')) return `/${rest}`
  return rest?.startsWith('/') ? rest : undefined
}
