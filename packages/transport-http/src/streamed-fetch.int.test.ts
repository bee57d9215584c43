import { gzipSync } from 'node:zlib'
import type { IoProvider, RunId, Stores } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import { openRecording } from '@mfm/io-live'
import { openReplay } from '@mfm/io-replay'
import { openMemoryStores } from '@mfm/store-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchThrough } from './fetch-through.ts'
import type { HttpTransportOptions } from './http-transport.ts'
import { httpTransport } from './http-transport.ts'
import { serverSentEvents } from './server-sent-events.ts'
import type { ToldServer } from './told-server.fixture.ts'
import { startToldServer } from './told-server.fixture.ts'

let server: ToldServer

beforeAll(async () => {
  server = await startToldServer()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

type Log = (entry: unknown) => void
type Program = (io: IoProvider, log: Log) => Promise<void>

const ask = (io: IoProvider, init: object = {}): Promise<Response> =>
  fetchThrough(io, { endpoint: 'llm', path: '/v1' }, { stream: true, ...init })

const record = async (options: HttpTransportOptions = {}) => {
  const stores = openMemoryStores()
  const transport = httpTransport({ endpoints: { llm: server.origin }, ...options })
  return { stores, live: await openRecording({ stores, transport, clock: () => 1_000 }) }
}

/** A program that runs, and what it has seen so far. */
class Running {
  readonly seen: unknown[] = []
  readonly done: Promise<readonly unknown[]>
  #onSeen: () => void = () => undefined

  constructor(program: Program, io: IoProvider) {
    this.done = this.#run(program, io)
  }

  /** Resolves when the program has seen so much. */
  async until(count: number): Promise<void> {
    while (this.seen.length < count) {
      await new Promise<void>((resolve) => {
        this.#onSeen = resolve
      })
    }
  }

  async #run(program: Program, io: IoProvider): Promise<readonly unknown[]> {
    const log = (entry: unknown): void => {
      this.seen.push(entry)
      this.#onSeen()
    }
    await program(io, log).catch((error: unknown) => {
      log(isMfmError(error) ? error.toInfo() : String(error))
    })
    return this.seen
  }
}

/** What a program sees in a replay. */
const replayed = async (program: Program, { stores, live }: Awaited<ReturnType<typeof record>>) => {
  const before = server.count
  const seen = await new Running(program, await openReplay({ stores, runId: live.runId })).done
  expect(server.count).toBe(before)
  return seen
}

const readChunks: Program = async (io, log) => {
  const response = await ask(io)
  log([response.status, response.headers.get('content-type')])
  for await (const chunk of response.body ?? []) log(Buffer.from(chunk).toString('latin1'))
  log('the end')
}

async function outcomes(stores: Stores, runId: string): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const { event } of stores.events.read(runId as RunId)) {
    if (event.type === 'fact_recorded' && 'v' in event.meta) found.push(event.meta.outcome)
  }
  return found
}

interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

describe('a streamed fetch', () => {
  it('gives the head at once, each event as it comes, and the same in a replay', async () => {
    const program: Program = async (io, log) => {
      const response = await ask(io, { method: 'POST', json: { model: 'm' } })
      log([response.status, response.headers.get('content-type')])
      for await (const event of serverSentEvents(response)) log(event)
      log('the end')
    }
    const recorded = await record()
    const running = new Running(program, recorded.live)
    const answer = await server.next()
    answer.response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    await running.until(1)
    // Cut in the middle of the two bytes of the letter.
    const [one = '', two = ''] = ['data: \u00e4\nid: 1\n\n', 'event: end\ndata: 2\n\n']
    const bytes = Buffer.from(one)
    await answer.write(bytes.subarray(0, 7))
    await answer.write(bytes.subarray(7))
    await running.until(2)
    expect(await outcomes(recorded.stores, recorded.live.runId)).toEqual([])
    await answer.write(two)
    await running.until(3)
    answer.end()
    const seen = await running.done
    expect(seen).toEqual([
      [200, 'text/event-stream'],
      { event: 'message', data: '\u00e4', id: '1' },
      { event: 'end', data: '2', id: '1' },
      'the end',
    ])
    expect(await outcomes(recorded.stores, recorded.live.runId)).toEqual(['answered'])
    expect(await replayed(program, recorded)).toEqual(seen)
  })

  it('keeps the bytes of chunks that end in the middle of a letter', async () => {
    const recorded = await record()
    const running = new Running(readChunks, recorded.live)
    const answer = await server.next()
    await answer.write(Uint8Array.of(0xc3))
    await running.until(2)
    await answer.write(Uint8Array.of(0xa4, 0xff))
    await running.until(3)
    answer.end()
    const seen = await running.done
    expect(seen).toEqual([[200, null], '\u00c3', '\u00a4\u00ff', 'the end'])
    expect(await replayed(readChunks, recorded)).toEqual(seen)
  })

  it('that is cut off gives what came and then the error, and may be tried again', async () => {
    const program: Program = async (io, log) => {
      await readChunks(io, log).catch((error: unknown) => log(isMfmError(error) && error.toInfo()))
      await readChunks(io, log)
    }
    const recorded = await record()
    const running = new Running(program, recorded.live)
    const cut = await server.next()
    await cut.write('first part')
    await running.until(2)
    cut.cut()
    const whole = await server.next()
    whole.response.end('whole')
    const seen = await running.done
    expect(seen).toEqual([
      [200, null],
      'first part',
      expect.objectContaining({ code: 'http_failed', retryable: true }),
      [200, null],
      'whole',
      'the end',
    ])
    expect(await outcomes(recorded.stores, recorded.live.runId)).toEqual(['failed', 'answered'])
    expect(await replayed(program, recorded)).toEqual(seen)
  })

  it('that its reader gives up frees the connection, and is recorded as far as it was read', async () => {
    const program: Program = async (io, log) => {
      for await (const chunk of (await ask(io)).body ?? []) {
        log(Buffer.from(chunk).toString())
        break
      }
      await (await ask(io)).body?.cancel()
      log('the end')
    }
    const recorded = await record()
    const running = new Running(program, recorded.live)
    const first = await server.next()
    await first.write('first part')
    await first.closed
    const second = await server.next()
    second.response.flushHeaders()
    await second.closed
    const seen = await running.done
    expect(seen).toEqual(['first part', 'the end'])
    expect(await outcomes(recorded.stores, recorded.live.runId)).toEqual(['aborted', 'aborted'])
    expect(await replayed(program, recorded)).toEqual(seen)
  })

  it.each<[string, Answer, unknown]>([
    ['gzip', { headers: { 'content-encoding': 'gzip' }, body: gzipSync('zipped') }, 'zipped'],
    ['no chunk', {}, ''],
    ['no body', { status: 204 }, ''],
    ['an error', { status: 500, body: 'sorry' }, 'sorry'],
  ])('of %s is whole', async (_, { status = 200, headers = {}, body }, text) => {
    const program: Program = async (io, log) => {
      const response = await ask(io)
      log([response.status, response.body === null, [...response.headers], await response.text()])
    }
    const recorded = await record()
    const running = new Running(program, recorded.live)
    const answer = await server.next()
    answer.response.writeHead(status, headers).end(body)
    const seen = await running.done
    expect(seen).toEqual([[status, status === 204, [], text]])
    expect(await outcomes(recorded.stores, recorded.live.runId)).toEqual(['answered'])
    expect(await replayed(program, recorded)).toEqual(seen)
  })

  it('that is too large ends in an error', async () => {
    const recorded = await record({ maxBodyBytes: 5 })
    const running = new Running(readChunks, recorded.live)
    const large = await server.next()
    await large.write('12345')
    await running.until(2)
    await large.write('6')
    const seen = await running.done
    expect(seen).toMatchObject([[200, null], '12345', { code: 'http_body_too_large' }])
    expect(await replayed(readChunks, recorded)).toEqual(seen)
  })

  it('that is silent for too long ends in an error', async () => {
    const recorded = await record({ timeoutMillis: 100 })
    const running = new Running(readChunks, recorded.live)
    const silent = await server.next()
    await silent.write('123')
    const seen = await running.done
    expect(seen.at(-1)).toMatchObject({ code: 'http_timeout' })
    expect(await replayed(readChunks, recorded)).toEqual(seen)
  })

  it('has nothing selected of it', async () => {
    const { live } = await record()
    await expect(ask(live, { select: ['/a'] })).rejects.toMatchObject({
      code: 'http_request_invalid',
    })
  })

  it('comes as far apart in a replay as it did, where that is asked for', async () => {
    let now = 1_000
    const stores = openMemoryStores()
    const transport = httpTransport({ endpoints: { llm: server.origin } })
    const live = await openRecording({ stores, transport, clock: () => now })
    const running = new Running(readChunks, live)
    const answer = await server.next()
    for (const [index, text] of ['a', 'b', 'c'].entries()) {
      await answer.write(text)
      await running.until(2 + index)
      now += 100 * (index + 1)
    }
    answer.end()
    const seen = await running.done
    const waited: unknown[] = []
    const sleep = async (millis: number): Promise<void> => void waited.push(millis)
    const slow = await openReplay({ stores, runId: live.runId, timing: 'recorded', sleep })
    const again = new Running(readChunks, slow)
    expect(await again.done).toEqual(seen)
    expect(waited).toEqual([100, 200])

    const stop = new AbortController()
    const stopped = await openReplay({
      stores,
      runId: live.runId,
      timing: 'recorded',
      signal: stop.signal,
    })
    const stopping = new Running(readChunks, stopped)
    await stopping.until(2)
    stop.abort()
    expect((await stopping.done).at(-1)).toMatchObject({ code: 'call_aborted' })
  })
})
