import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FactMeta, RunId, Stores } from '@mfm/core-types'
import { hasFactMeta } from '@mfm/core-types'
import { TransportRouter } from '@mfm/io-live'
import { openMemoryStores } from '@mfm/store-memory'
import { openSqliteStores } from '@mfm/store-sqlite'
import { httpTransport } from '@mfm/transport-http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { eventText, ScriptedServer } from '../test/scripted-server.fixture.ts'
import toldAnswers from '../test/told-answers.workflow.ts'
import type { Io } from './index.ts'
import {
  contextKey,
  defineOp,
  fail,
  forkWorkflow,
  replayWorkflow,
  resumeWorkflow,
  runWorkflow,
  state,
  verifyWorkflow,
} from './index.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const FORK = '22222222-2222-4333-8444-555555555555' as RunId
const CHILD = fileURLToPath(new URL('../test/told-answers.child.ts', import.meta.url))
const seen = contextKey('seen', z.json())

const server = new ScriptedServer()
let llm = ''

beforeAll(async () => {
  llm = await server.open()
})

afterAll(async () => {
  await server.close()
})

const live = (stores: Stores) => ({
  stores,
  transport: new TransportRouter({ http: httpTransport({ endpoints: { llm } }) }),
})

/** A workflow of one state, which reads something of the world. */
const reading = (read: (io: Io) => Promise<z.infer<ReturnType<typeof z.json>>>) =>
  defineOp({
    id: 'reading',
    version: 'v1',
    output: seen,
    states: [
      state('read', {
        writes: [seen],
        run: async ({ context, io }) => context.write(seen, await read(io)),
      }),
    ],
  })

const ask = (io: Io): Promise<Response> =>
  io.fetch({ endpoint: 'llm', path: '/' }, { stream: true })

async function* words(...texts: readonly string[]): AsyncGenerator<{ word: string; at: number }> {
  for (const [at, word] of texts.entries()) yield { word, at }
}

async function metas({ events }: Stores, runId: RunId = RUN): Promise<FactMeta[]> {
  const found: FactMeta[] = []
  for await (const { event } of events.read(runId)) {
    if (event.type === 'fact_recorded' && hasFactMeta(event.meta)) found.push(event.meta)
  }
  return found
}

const outcomes = async (stores: Stores) =>
  (await metas(stores)).map(({ namespace, outcome, attempt }) => [namespace, outcome, attempt])

describe('a state that reads a streamed answer', () => {
  it('goes on with each part while the rest is to come, and the same in a replay', async () => {
    const stores = openMemoryStores()
    let first = Promise.withResolvers<void>()
    server.answers.push(async (response) => {
      for (const word of ['one', 'two', 'three']) {
        response.write(eventText(word))
        await first.promise
        first = Promise.withResolvers()
      }
      response.end()
    })
    // Each word is told on the stream before the next one is sent.
    const onEvent = ({ event }: { event: { type: string; meta?: object } }) => {
      if (event.type === 'fact_recorded') first.resolve()
    }
    const result = await runWorkflow(toldAnswers, { ...live(stores), onEvent, runId: RUN })
    expect(result).toMatchObject({
      phase: 'completed',
      output: {
        words: ['one', 'two', 'three'],
        noted: ['1 words', '2 words', '3 words'],
        status: 200,
      },
    })
    expect((await metas(stores)).map(({ namespace }) => namespace)).toEqual([
      ...['local', 'local', 'local', 'http', 'random_bytes'],
    ])

    const connect = vi.spyOn(Socket.prototype, 'connect')
    expect(await verifyWorkflow(toldAnswers, { stores, runId: RUN })).toMatchObject({
      verdict: 'identical',
      output: result.output,
    })
    expect(connect).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  it('may be killed between two parts: nothing of the body is bound, and a resume asks again', {
    timeout: 60_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mfm-stream-'))
    const path = join(folder, 'run.db')
    server.answers.push((response) => response.write(eventText('lost')))
    const child = spawn(
      process.execPath,
      ['--conditions=@mfm/source', '--no-warnings', CHILD, path, RUN, llm],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const exited = once(child, 'exit')
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'fact_recorded') child.kill('SIGKILL')
    }
    await exited
    const stores = await openSqliteStores({ path })
    expect(await outcomes(stores)).toEqual([['local', 'answered', 0]])

    server.answers.push((response) => response.end(eventText('whole', 'answer')))
    const result = await resumeWorkflow(toldAnswers, { ...live(stores), runId: RUN })
    expect(result).toMatchObject({ phase: 'completed', output: { words: ['whole', 'answer'] } })
    expect(await outcomes(stores)).toEqual([
      ['local', 'answered', 0],
      ['local', 'answered', 1],
      ['http', 'answered', 1],
      ['random_bytes', 'answered', 1],
    ])
    const verified = await verifyWorkflow(toldAnswers, { stores, runId: RUN })
    expect(verified).toMatchObject({ verdict: 'identical', output: result.output })
    await stores.close()
    await rm(folder, { recursive: true })
  })

  it.each<[string, (io: Io) => Promise<void>]>([
    ['before the first part', async (io) => void (await ask(io))],
    ['after one part', async (io) => void (await (await ask(io)).body?.getReader().read())],
    [
      'while it waits for a part',
      async (io) => {
        const reader = (await ask(io)).body?.getReader()
        await reader?.read()
        void reader?.read()
      },
    ],
  ])('and ends %s: the body is given up, and recorded as far as it was read', async (_, read) => {
    const stores = openMemoryStores()
    const op = reading(async (io) => {
      await read(io)
      return await io.now()
    })
    const closed = Promise.withResolvers<void>()
    server.answers.push((response) => {
      response.on('close', () => closed.resolve())
      response.write('the first of many')
    })
    expect(await runWorkflow(op, { ...live(stores), runId: RUN })).toMatchObject({
      phase: 'completed',
    })
    await closed.promise
    expect(await outcomes(stores)).toEqual([
      ['now_millis', 'answered', 0],
      ['http', 'aborted', 0],
    ])
    expect(await verifyWorkflow(op, { stores, runId: RUN })).toMatchObject({ verdict: 'identical' })
  })

  it('and is tried again after the body broke off, or after it threw', async () => {
    const stores = openMemoryStores()
    let tries = 0
    const op = reading(async (io) => {
      const response = await ask(io)
      if (tries++ === 1) fail('not_yet', { retryable: true })
      return await response.text()
    })
    server.answers.push(
      (response) => response.write('cut', () => response.destroy()),
      (response) => response.write('left'),
      (response) => response.end('whole'),
    )
    const retry = { maxAttempts: 3, backoff: { type: 'fixed', delayMillis: 0 } } as const
    const result = await runWorkflow(op, { ...live(stores), runId: RUN, runConfig: { retry } })
    expect(result).toMatchObject({ phase: 'completed', output: 'whole' })
    expect(await outcomes(stores)).toEqual([
      ['http', 'failed', 0],
      ['http', 'aborted', 1],
      ['http', 'answered', 2],
    ])
    tries = 0
    expect(await verifyWorkflow(op, { stores, runId: RUN })).toMatchObject({ verdict: 'identical' })
  })

  it('that holds a secret fails, also where it leaves the rest unread', async () => {
    const stores = openMemoryStores()
    const op = reading(async (io) => {
      for await (const _ of io.stream('words', () => words('password: hunter2-hunter2', 'b'))) break
      return 'never'
    })
    const held = reading(async (io) => {
      const stream = io.stream('words', () => words('password: hunter2-hunter2', 'b'))
      const { value } = await stream[Symbol.asyncIterator]().next()
      return value?.at
    })
    for (const [one, runId] of [
      [op, RUN],
      [held, FORK],
    ] as const) {
      const result = await runWorkflow(one, { stores, runId })
      expect(result).toMatchObject({
        phase: 'failed',
        failure: { error: { code: 'secrets_detected' } },
      })
      expect((await metas(stores, runId)).map(({ attachments }) => attachments)).toEqual([
        undefined,
      ])
      expect(await verifyWorkflow(one, { stores, runId })).toMatchObject({ verdict: 'identical' })
    }
  })

  it('reads further than it did: the replay says so', async () => {
    const stores = openMemoryStores()
    let most = 1
    const op = reading(async (io) => {
      const read: string[] = []
      for await (const { word } of io.stream('words', () => words('a', 'b', 'c'))) {
        if (read.push(word) === most) break
      }
      return read
    })
    expect(await runWorkflow(op, { stores, runId: RUN })).toMatchObject({ output: ['a'] })
    expect(await verifyWorkflow(op, { stores, runId: RUN })).toMatchObject({ verdict: 'identical' })
    most = 2
    const verified = await verifyWorkflow(op, { stores, runId: RUN })
    expect(verified).toMatchObject({
      verdict: 'different',
      differences: [
        {
          kind: 'exhausted',
          call: { namespace: 'local', ordinal: 0 },
          pointers: [{ pointer: '/body/chunks', recorded: 1, produced: 2 }],
          error: { code: 'stream_exhausted' },
        },
      ],
    })
  })
})

/** A stream and two calls at the same time, which come in turns; what is noted is the order in which they came. */
const racing = (before: number) =>
  reading(async (io) => {
    for (let time = 0; time < before; time += 1) await io.random()
    const seen: string[] = []
    const asked = [0, 1].map(() => Promise.withResolvers<void>())
    const answered = [0, 1].map(() => Promise.withResolvers<void>())
    async function* tokens(): AsyncGenerator<string> {
      for (const [index, token] of ['one', 'two'].entries()) {
        yield token
        asked[index]?.resolve()
        await answered[index]?.promise
      }
    }
    const calls = asked.map(async ({ promise }, index) => {
      await io.record(`call ${index}`, async () => (await promise) ?? null)
      seen.push(`call ${index}`)
      answered[index]?.resolve()
    })
    for await (const token of io.stream('tokens', tokens)) seen.push(token)
    await Promise.all(calls)
    return [...seen, 'end']
  })

describe('io.stream', () => {
  const op = reading(async (io) => {
    const read: unknown[] = []
    for await (const value of io.stream('tokens', async () => words('a', 'b'))) {
      read.push([value, await io.now()])
    }
    return read as string[]
  })

  it('hands values on, records them as one fact, and gives them again', async () => {
    const stores = openMemoryStores()
    const result = await runWorkflow(op, { stores, runId: RUN, clock: () => 7 })
    expect(result.output).toEqual([
      [{ word: 'a', at: 0 }, 7],
      [{ word: 'b', at: 1 }, 7],
    ])
    const stream = (await metas(stores)).find(({ namespace }) => namespace === 'local')
    const [body] = stream?.attachments ?? []
    expect(body && Buffer.from(await stores.artifacts.get(body)).toString()).toBe(
      '{"at":0,"word":"a"}\n{"at":1,"word":"b"}\n',
    )
    expect((await replayWorkflow(op, { stores, runId: RUN })).output).toEqual(result.output)
  })

  it('comes as far apart in a replay as it did, where that is asked for', async () => {
    const stores = openMemoryStores()
    let now = 0
    await runWorkflow(op, { stores, runId: RUN, clock: () => (now += 50) })
    const waited: number[] = []
    const sleep = async (millis: number): Promise<void> => void waited.push(millis)
    await replayWorkflow(op, { stores, runId: RUN, sleep })
    expect(waited).toEqual([])
    const slow = await replayWorkflow(op, { stores, runId: RUN, sleep, timing: 'recorded' })
    expect(slow).toMatchObject({ verdict: 'identical' })
    expect(waited).toHaveLength(2)
    expect(waited.every((millis) => millis > 0)).toBe(true)
  })

  it.each([false, true])('answers a fork from its parent, live: %s', async (isLive) => {
    const stores = openMemoryStores()
    let produced = 0
    const forked = reading(async (io) => {
      const read: string[] = []
      for await (const { word } of io.stream('tokens', () => {
        produced += 1
        return words('a', 'b')
      })) {
        read.push(word)
      }
      for await (const { word } of io.stream('cut', () => words('c', 'd'))) {
        read.push(word, String(await io.random()))
        break
      }
      return read
    })
    const { output } = await runWorkflow(forked, { stores, runId: RUN })
    const fork = await forkWorkflow(forked, {
      stores,
      parentId: RUN,
      runId: FORK,
      at: 'read',
      live: isLive,
    })
    expect(fork).toMatchObject({ phase: 'completed', output })
    expect(produced).toBe(1)
    expect((await metas(stores, FORK)).map(({ outcome }) => outcome)).toEqual([
      'answered',
      'answered',
      'aborted',
    ])
    expect(await verifyWorkflow(forked, { stores, runId: FORK })).toMatchObject({
      verdict: 'identical',
      output,
    })
  })

  it.each([false, true])(
    'stands where it came in a fork that asks for less, live: %s',
    async (isLive) => {
      const stores = openMemoryStores()
      const run = racing(2)
      const { output } = await runWorkflow(run, { stores, runId: RUN })
      expect(output).toEqual(['one', 'call 0', 'two', 'call 1', 'end'])
      const fork = await forkWorkflow(racing(0), {
        stores,
        parentId: RUN,
        runId: FORK,
        at: 'read',
        live: isLive,
      })
      expect(fork).toMatchObject({ phase: 'completed', output })
      expect(await verifyWorkflow(racing(0), { stores, runId: FORK })).toMatchObject({
        verdict: 'identical',
        output,
      })
    },
  )

  it('is not replaced in a fork', async () => {
    const stores = openMemoryStores()
    await runWorkflow(op, { stores, runId: RUN })
    const facts = [{ fact: 'read#0', value: 1 }]
    await expect(
      forkWorkflow(op, { stores, parentId: RUN, at: 'read', facts }),
    ).rejects.toMatchObject({ code: 'fork_edit_invalid' })
  })
})
