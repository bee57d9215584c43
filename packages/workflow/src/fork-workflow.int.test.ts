import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunId, Stores } from '@mfm/core-types'
import { TransportRouter } from '@mfm/io-live'
import { openSqliteStores } from '@mfm/store-sqlite'
import { httpTransport } from '@mfm/transport-http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CountingServer } from '../test/counting-server.fixture.ts'
import type { Op } from './index.ts'
import {
  contextKey,
  defineOp,
  forkWorkflow,
  resumeWorkflow,
  runWorkflow,
  state,
  verifyWorkflow,
} from './index.ts'

const PARENT = '11111111-2222-4333-8444-555555555555' as RunId
const CHILD = '22222222-2222-4333-8444-555555555555' as RunId
const GRANDCHILD = '33333333-2222-4333-8444-555555555555' as RunId

const numbers = contextKey('numbers', z.array(z.number()))
const values = contextKey('values', z.array(z.number()))
const stamp = contextKey('stamp', z.object({ at: z.number(), id: z.string() }))
const report = contextKey('report', z.object({ sum: z.number(), at: z.number() }))

/** Asks a server for numbers, at the same time, and adds them up. */
const adder = (factor = 1): Op<number[], { sum: number; at: number }> =>
  defineOp({
    id: 'adder',
    version: 'v1',
    input: numbers,
    output: report,
    states: [
      state('ask', {
        reads: [numbers],
        writes: [values],
        run: async ({ context, io }) => {
          const asked = (await context.read(numbers)).map(async (n) => {
            const path = `/add/${n * factor}`
            const answer = await io.fetch({ endpoint: 'counter', path })
            return z.object({ value: z.number() }).parse(await answer.json()).value
          })
          context.write(values, await Promise.all(asked))
        },
      }),
      state('stamp', {
        writes: [stamp],
        run: async ({ context, io }) => {
          context.write(stamp, { at: await io.now(), id: await io.uuid() })
        },
      }),
      state('report', {
        reads: [values, stamp],
        writes: [report],
        run: async ({ context, io, emit }) => {
          const sum = (await context.read(values)).reduce((total, value) => total + value, 0)
          await emit('added', { sum })
          const files = await io.record('files', () => ['a', 'b'])
          const { at } = await context.read(stamp)
          context.write(report, { sum: sum + files.length, at })
        },
      }),
    ],
  })

/** An answer of the server as `fetch` records it. */
const answerOf = (value: number): { readonly [name: string]: never } =>
  ({
    kind: 'http_response',
    v: 1,
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: { text: JSON.stringify({ value }) },
  }) as never

let server: CountingServer
let counter: string
let folder: string
let stores: Stores

beforeEach(async () => {
  server = new CountingServer()
  counter = await server.open()
  folder = await mkdtemp(join(tmpdir(), 'mfm-fork-'))
  stores = await openSqliteStores({ path: join(folder, 'runs.db') })
  const transport = new TransportRouter({ http: httpTransport({ endpoints: { counter } }) })
  const result = await runWorkflow(adder(), { stores, transport, runId: PARENT, input: [1, 2, 3] })
  expect(result).toMatchObject({ phase: 'completed', output: { sum: 8 } })
  server.seen.clear()
})

afterEach(async () => {
  await stores.close()
  await server.close()
  await rm(folder, { recursive: true })
})

async function stored(runId: RunId): Promise<unknown> {
  const events: unknown[] = []
  for await (const envelope of stores.events.read(runId)) events.push(envelope)
  const facts: unknown[] = []
  for await (const entry of stores.facts.entries(runId)) facts.push(entry)
  return { events, facts: facts.sort() }
}

describe('a fork of a workflow, in a SQLite file', () => {
  it('answers "what if the server had said 20", and its child as well', async () => {
    const before = await stored(PARENT)
    const facts = [{ fact: 'ask#1', value: answerOf(20) }]
    const options = { stores, parentId: PARENT, at: 'ask', runId: CHILD, facts }
    const child = await forkWorkflow(adder(), options)
    expect(child).toMatchObject({
      phase: 'completed',
      output: { sum: 26 },
      outputs: { differences: [{ pointer: '/sum', parent: 8, fork: 26 }] },
      facts: { reused: 6, edited: 1, recorded: 0, unused: 0 },
      states: [
        { change: 'changed', differences: [{ pointer: '/values/1', parent: 2, fork: 20 }] },
        { change: 'unchanged' },
        { change: 'changed' },
      ],
    })
    expect(server.seen.size).toBe(0)
    expect(await stored(PARENT)).toEqual(before)
    expect((await verifyWorkflow(adder(), { stores, runId: CHILD })).verdict).toBe('identical')
    expect((await verifyWorkflow(adder(), { stores, runId: PARENT })).verdict).toBe('identical')

    const grandchild = await forkWorkflow(adder(), {
      stores,
      parentId: CHILD,
      at: 'report',
      runId: GRANDCHILD,
      context: [{ key: 'values', value: [100] }],
    })
    expect(grandchild).toMatchObject({ output: { sum: 102 }, parent: { runId: CHILD } })
    expect((await verifyWorkflow(adder(), { stores, runId: GRANDCHILD })).verdict).toBe('identical')
    const again = await resumeWorkflow(adder(), { stores, runId: GRANDCHILD })
    expect(again.output).toEqual(grandchild.output)
  })

  it('asks the world for what is new, where it may', async () => {
    const options = { stores, parentId: PARENT, at: 'ask', runId: CHILD }
    await expect(forkWorkflow(adder(2), options)).rejects.toMatchObject({ code: 'missing_fact' })
    expect(server.seen.size).toBe(0)
    const transport = new TransportRouter({ http: httpTransport({ endpoints: { counter } }) })
    const child = await forkWorkflow(adder(2), { ...options, transport, live: true })
    // Of 2, 4 and 6 the parent has 2.
    expect([...server.seen.keys()].sort()).toEqual(['/add/4', '/add/6'])
    expect(child).toMatchObject({
      output: { sum: 14 },
      facts: { recorded: 2, unused: 2 },
    })
    expect((await verifyWorkflow(adder(2), { stores, runId: CHILD })).verdict).toBe('identical')
  })

  it('judges a context key by its schema', async () => {
    const options = { stores, parentId: PARENT, at: 'report', runId: CHILD }
    const set = async (key: string, value: number): Promise<unknown> =>
      await forkWorkflow(adder(), { ...options, context: [{ key, value }] })
    await expect(set('values', 1)).rejects.toMatchObject({ code: 'context_value_invalid' })
    await expect(set('vlaues', 1)).rejects.toMatchObject({ code: 'fork_edit_invalid' })
    expect(await stored(CHILD)).toEqual({ events: [], facts: [] })
  })
})
