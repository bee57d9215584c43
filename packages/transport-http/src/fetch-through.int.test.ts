import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import type { IoProvider } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import type { Recording } from '@mfm/io-live'
import { openRecording } from '@mfm/io-live'
import { openReplay } from '@mfm/io-replay'
import { secret } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { HttpInput } from './address.ts'
import type { FetchInit } from './fetch-through.ts'
import { fetchThrough } from './fetch-through.ts'
import type { TestServer } from './http-server.fixture.ts'
import { BINARY, LARGE, startServer } from './http-server.fixture.ts'
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

const record = async () => {
  const stores = openMemoryStores()
  const endpoints = { api: server.origin }
  const transport = httpTransport({ endpoints, timeoutMillis: 200, maxBodyBytes: 1_000_000 })
  const live = await openRecording({ stores, transport, secrets: { token: 'the-secret-token' } })
  return { stores, live }
}

/** All that a program can see of an answer, or the error that came in its place. */
const see = async (io: IoProvider, input: HttpInput, init?: FetchInit): Promise<unknown> => {
  try {
    const response = await fetchThrough(io, input, init)
    const { status, statusText, ok, headers, redirected, type } = response
    const bytes = Buffer.from(await response.arrayBuffer()).toString('base64')
    return { status, statusText, ok, redirected, type, headers: [...headers], bytes }
  } catch (error) {
    return isMfmError(error) ? error.toInfo() : String(error)
  }
}

const api = (path: string) => ({ endpoint: 'api', path })

/** A program that meets everything that can happen. */
async function everything(io: IoProvider): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  const paths = ['/json', '/gzip', '/chunked', '/binary', '/large', '/empty', '/status/404']
  const troubles = ['/status/500', '/redirect/302', '/away', '/cut', '/drop', '/silent', '/loop']
  for (const path of [...paths, ...troubles]) seen.push(await see(io, api(path)))
  seen.push(await Promise.all(['/json', '/json', '/gzip'].map((path) => see(io, api(path)))))
  seen.push(await see(io, api('/json'), { select: ['/versions/*/deprecated'] }))
  seen.push(await see(io, api('/gzip'), { select: ['/versions'] }))
  seen.push(await see(io, api('/echo'), { method: 'POST', json: { a: [1, 'ü'] } }))
  seen.push(
    await see(io, api('/echo'), { method: 'PUT', body: 'text', headers: { 'x-plain': 'p' } }),
  )
  seen.push(
    await see(io, api('/echo'), { headers: { authorization: ['Bearer ', secret('token')] } }),
  )
  seen.push(await see(io, { endpoint: 'none', path: '/' }))
  seen.push(await see(io, 'not an address'))
  seen.push(await see(io, api('/json'), { key: 'chosen' }))
  seen.push(await see(io, api('/gzip'), { key: 'chosen' }))
  return seen
}

describe('fetchThrough', () => {
  it('gives a real Response', async () => {
    const { live } = await record()
    const response = await fetchThrough(live, api('/json'))
    expect(response).toBeInstanceOf(Response)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({ name: 'left-pad' })
    expect(await (await fetchThrough(live, api('/gzip'))).text()).toBe('zipped text')
    const binary = await (await fetchThrough(live, api('/binary'))).arrayBuffer()
    expect(new Uint8Array(binary)).toEqual(BINARY)
    expect(await (await fetchThrough(live, api('/large'))).text()).toBe(LARGE)
    const selected = await fetchThrough(live, api('/json'), { select: ['/name'] })
    expect(await selected.json()).toEqual({ name: 'left-pad' })
  })

  it('shows a program the same live and in replay, with no socket opened', async () => {
    const { stores, live } = await record()
    const seen = await everything(live)
    await using fresh = await startServer()
    const asked = [server.requests.length, other.requests.length]
    const connect = vi.spyOn(Socket.prototype, 'connect').mockImplementation(() => {
      throw new Error('a socket was opened in replay')
    })
    const replay = await openReplay({ stores, runId: live.runId })
    expect(await everything(replay)).toEqual(seen)
    expect(connect).not.toHaveBeenCalled()
    expect(replay.unusedFacts()).toEqual([])
    // Connections that were kept alive would not fall into the trap.
    expect([server.requests.length, other.requests.length]).toEqual(asked)
    await expect(fetch(fresh.origin)).rejects.toThrow()
    expect(connect).toHaveBeenCalled()
  })

  it('keeps hosts of named endpoints and secrets out of everything that is stored', async () => {
    const { stores, live } = await record()
    await everything(live)
    const stored: string[] = []
    for await (const { event } of stores.events.read(live.runId)) {
      stored.push(JSON.stringify(event))
      if (event.type !== 'fact_recorded') continue
      const ids = [event.payloadId, event.meta.requestId].filter((id) => id != null)
      for (const id of ids) stored.push(Buffer.from(await stores.artifacts.get(id)).toString())
    }
    // Bodies are kept as they came, and this one names its server.
    const facts = stored.filter((text) => !text.includes('"text":"{'))
    expect(facts.length).toBeGreaterThan(20)
    expect(facts.join()).not.toMatch(/127\.0\.0\.1|localhost|the-secret-token/)
  })

  it('is replayed wherever the endpoint was', async () => {
    const { stores, live } = await record()
    await see(live, api('/json'))
    const replay = await openReplay({ stores, runId: live.runId })
    expect(await see(replay, api('/json'))).toMatchObject({ status: 200 })
    expect(await see(replay, api('/json?page=2'))).toMatchObject({
      code: 'missing_fact',
      details: { nearest: [{ differences: [{ pointer: '/path', requested: '/json?page=2' }] }] },
    })
  })

  it('gives up in time, and a replay gives up without waiting', async () => {
    const { stores, live } = await record()
    const init = { timeoutMillis: 20 }
    const seen = await see(live, api('/silent'), init)
    expect(seen).toMatchObject({ code: 'http_timeout', retryable: true })
    const replay = await openReplay({ stores, runId: live.runId })
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout')
    const before = timers()
    expect(await see(replay, api('/silent'), { timeoutMillis: 60_000 })).toEqual(seen)
    expect(timers()).toEqual(before)
    expect(await see(replay, api('/silent'))).toMatchObject({ code: 'fact_exhausted' })
  })

  it('ends when its signal is aborted', async () => {
    const { stores, live } = await record()
    const controller = new AbortController()
    const asking = see(live, api('/silent'), { signal: controller.signal })
    controller.abort()
    expect(await asking).toMatchObject({ code: 'call_aborted' })
    const replay = await openReplay({ stores, runId: live.runId })
    expect(await see(replay, api('/silent'))).toMatchObject({ code: 'call_aborted' })
  })

  it('can be asked every time, unrecorded', async () => {
    const { stores, live } = await record()
    const before = server.requests.length
    const ask = (io: Recording | IoProvider) => see(io, api('/gzip'), { key: null })
    expect(await ask(live)).toMatchObject({ status: 200 })
    expect(await ask(live)).toMatchObject({ status: 200 })
    expect(server.requests.length).toBe(before + 2)
    await live.recordValue('k', 1)
    const replay = await openReplay({ stores, runId: live.runId })
    expect(await ask(replay)).toMatchObject({ code: 'missing_fact_key' })
  })
})

describe('a program', () => {
  const run = async (file: string) => {
    const program = new URL(`../test/${file}`, import.meta.url).pathname
    const env = { ...process.env, MFM_ENDPOINT_REGISTRY: server.origin }
    const options = { env, timeout: 20_000 }
    return await promisify(execFile)(
      process.execPath,
      ['--conditions=@mfm/source', program],
      options,
    )
  }

  it('ends by itself after its last answer, and is the example of the README', async () => {
    const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')
    expect(await read('../README.md')).toContain(
      `\`\`\`ts\n${await read('../test/readme.child.ts')}\`\`\``,
    )
    const { stdout } = await run('readme.child.ts')
    const answer = "{ versions: { '1.0.0': { deprecated: 'old' } } }"
    expect(stdout.trim().split('\n')).toEqual([answer, answer])
  })
})
