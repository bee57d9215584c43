import type { JsonValue, RunId, StateId, TransportAnswer } from '@mfm/core-types'
import { resolverOf } from '@mfm/secrets'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HttpInput } from './address.ts'
import type { HttpInit } from './build-request.ts'
import { httpRequest } from './build-request.ts'
import type { TestServer } from './http-server.fixture.ts'
import { BINARY, LARGE, startServer } from './http-server.fixture.ts'
import type { HttpTransportOptions } from './http-transport.ts'
import { httpTransport } from './http-transport.ts'

let other: TestServer
let server: TestServer

beforeAll(async () => {
  other = await startServer()
  server = await startServer(other)
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

interface Asked extends HttpInit {
  readonly options?: HttpTransportOptions
  readonly signal?: AbortSignal
}

const ask = (
  input: HttpInput,
  { options, signal, ...init }: Asked = {},
): Promise<TransportAnswer> =>
  httpTransport({ endpoints: { api: server.origin }, ...options }).call({
    runId: '11111111-2222-4333-8444-555555555555' as RunId,
    stateId: 'demo.main.fetch' as StateId,
    attempt: 0,
    namespace: 'http',
    request: httpRequest(input, init),
    factKey: null,
    resolveSecret: resolverOf({}),
    signal: signal ?? new AbortController().signal,
  })

const get = async (path: string, asked?: Asked): Promise<JsonValue> =>
  (await ask({ endpoint: 'api', path }, asked)).response

const echoOf = async (answer: JsonValue): Promise<unknown> =>
  JSON.parse(Object(Object(answer).body).text)

describe('an answer', () => {
  it('has status, lasting headers without a host, and the body as text', async () => {
    expect(await get('/json')).toEqual({
      kind: 'http_response',
      v: 1,
      status: 200,
      statusText: 'OK',
      headers: {
        'content-type': 'application/json',
        etag: '"1"',
        link: '</json?page=2>; rel="next"',
      },
      body: { text: expect.stringContaining('left-pad') },
    })
  })

  it('keeps the host where the caller named it', async () => {
    const { response } = await ask(`${server.origin}/json`)
    expect(response).toMatchObject({
      headers: {
        link: `<${server.origin}/json?page=2>; rel="next"`,
        'x-backend': new URL(server.origin).host,
      },
    })
  })

  it.each([404, 500, 418])('of status %i is an answer', async (status) => {
    expect(await get(`/status/${status}`)).toMatchObject({
      status,
      body: { text: `status ${status}` },
    })
  })

  it.each([
    ['/gzip', 'zipped text'],
    ['/chunked', 'one two three'],
    ['/bom', '\ufeffmarked'],
  ])('from %s is recorded decoded', async (path, text) => {
    const answer = await get(path)
    expect(answer).toMatchObject({ body: { text } })
    expect(Object(answer).headers).not.toHaveProperty('content-encoding')
  })

  it.each([
    ['/binary', BINARY],
    ['/large', Buffer.from(LARGE)],
  ])('from %s has its body beside it', async (path, bytes) => {
    const { response, attachments } = await ask({ endpoint: 'api', path })
    expect(attachments).toHaveLength(1)
    expect(Buffer.from(attachments?.[0]?.bytes ?? []).equals(bytes)).toBe(true)
    expect(response).toMatchObject({
      body: { artifact: attachments?.[0]?.id, bytes: bytes.length },
    })
  })

  it.each([
    ['/empty', {}],
    ['/empty', { select: ['/a'] }],
    ['/large', { method: 'HEAD' }],
  ])('from %s %j has no body', async (path, init) => {
    expect(await get(path, init)).toMatchObject({ body: null })
  })

  it('is what was selected, and one header', async () => {
    expect(await get('/json', { select: ['/versions/*/deprecated'] })).toEqual({
      kind: 'http_response',
      v: 1,
      status: 200,
      statusText: 'OK',
      headers: { 'content-type': 'application/json' },
      body: { json: { versions: { '1.0.0': { deprecated: 'old' } } } },
    })
  })

  it('that is no success is recorded whole, whatever is selected', async () => {
    const answer = await get('/status/404', { select: ['/versions'] })
    expect(answer).toMatchObject({ status: 404, body: { text: 'status 404' } })
  })
})

describe('a redirect', () => {
  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'sent'],
    [308, 'PUT', 'PUT', 'sent'],
  ])('of status %i turns %s into %s', async (status, method, expected, body) => {
    const headers = { 'x-api-key': 'k', 'x-plain': 'p', authorization: 'x' }
    const answer = await get(`/redirect/${status}`, { method, body: 'sent', headers })
    expect(await echoOf(answer)).toMatchObject({
      method: expected,
      body,
      hasCredentials: true,
      seen: { 'x-api-key': 'k', 'x-plain': 'p' },
    })
  })

  it('to another host takes no credential along and leaves no host behind', async () => {
    const headers = { 'x-api-key': 'k', 'x-plain': 'p', authorization: 'Bearer x' }
    const answer = await get('/away', { headers })
    expect(await echoOf(answer)).toMatchObject({
      hasCredentials: false,
      seen: { 'x-api-key': 'undefined', 'x-plain': 'p' },
    })
    expect(JSON.stringify(answer)).not.toContain('127.0.0.1')
  })

  it('is an answer where it is not to be followed', async () => {
    const answer = await get('/redirect/302', { redirect: 'manual' })
    expect(answer).toMatchObject({ status: 302, headers: { location: '/echo' } })
  })

  it('without an end is a failure', async () => {
    await expect(get('/loop')).rejects.toMatchObject({ code: 'http_failed' })
  })
})

describe('a failure', () => {
  it.each([
    ['/cut', 'UND_ERR_SOCKET'],
    ['/drop', 'UND_ERR_SOCKET'],
  ])('at %s is told by its system code, without the host', async (path, systemCode) => {
    const error = await get(path).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'http_failed', retryable: true, details: { systemCode } })
    expect(JSON.stringify(error)).not.toContain('127.0.0.1')
  })

  it('is a server that is not there', async () => {
    await using gone = await startServer()
    const { origin } = gone
    await gone[Symbol.asyncDispose]()
    await expect(ask(origin)).rejects.toMatchObject({
      code: 'http_failed',
      details: { systemCode: 'ECONNREFUSED' },
    })
  })

  it.each(['/silent', '/stuck'])('is an answer from %s that does not end in time', async (path) => {
    await expect(get(path, { options: { timeoutMillis: 50 } })).rejects.toMatchObject({
      code: 'http_timeout',
      details: { timeoutMillis: 50 },
    })
  })

  it.each(['/large', '/bomb'])('is a body from %s over the limit, and is cut off', async (path) => {
    await expect(get(path, { options: { maxBodyBytes: 10_000 } })).rejects.toMatchObject({
      code: 'http_body_too_large',
      details: { maxBodyBytes: 10_000 },
    })
  })

  it('frees its connection', async () => {
    const cut = server.cutOff()
    const asked = get('/stuck', { options: { maxBodyBytes: 5 } })
    await expect(asked).rejects.toMatchObject({ code: 'http_body_too_large' })
    await cut
  })

  it('is the reason of the signal', async () => {
    const controller = new AbortController()
    const asked = get('/silent', { signal: controller.signal })
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(asked).rejects.toBe(reason)
  })

  it('is a selection from what is no JSON', async () => {
    await expect(get('/gzip', { select: ['/a'] })).rejects.toMatchObject({
      code: 'http_select_failed',
    })
  })

  it('is an unknown endpoint', async () => {
    await expect(ask({ endpoint: 'none', path: '/' })).rejects.toMatchObject({
      code: 'http_endpoint_unknown',
    })
  })
})

describe('httpTransport', () => {
  it('sends headers of its own that are no part of the request', async () => {
    await get('/echo', { options: { headers: { 'x-plain': 'mine' } } })
    expect(server.requests.at(-1)?.headers).toMatchObject({ 'x-plain': 'mine' })
  })

  it.each([{ timeoutMillis: 0 }, { timeoutMillis: 2 ** 31 }, { maxBodyBytes: 1.5 }])(
    'refuses the options %j',
    (options) => {
      expect(() => httpTransport(options)).toThrow(
        expect.objectContaining({ code: 'invalid_option' }),
      )
    },
  )
})
