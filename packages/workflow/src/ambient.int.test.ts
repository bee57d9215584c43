import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { hasCode } from '@mfm/errors'
import { TransportRouter } from '@mfm/io-live'
import { openMemoryStores } from '@mfm/store-memory'
import { openSqliteStores } from '@mfm/store-sqlite'
import { httpTransport } from '@mfm/transport-http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AmbientFinding, StateOptions } from './index.ts'
import {
  contextKey,
  defineOp,
  forkWorkflow,
  instrument,
  replayWorkflow,
  runWorkflow,
  state,
  verifyWorkflow,
} from './index.ts'

type OpenStores = Awaited<ReturnType<typeof openSqliteStores>>

const HERE = /^packages\/workflow\/src\/ambient\.int\.test\.ts:\d+:\d+$/

const result = contextKey('result', z.unknown())

function opOf(
  run: StateOptions<[], [typeof result]>['run'],
  options: Partial<StateOptions<[], [typeof result]>> = {},
): ReturnType<typeof defineOp<never, unknown>> {
  const ask = state('ask', { writes: [result], run, ...options })
  return defineOp({ id: 'demo', version: 'v1', states: [ask], output: result })
}

const server = createServer((request, response) => response.end(`{"path":"${request.url}"}`))
let origin = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has no other kind
})
afterAll(() => server.close())

const transport = new TransportRouter({ http: httpTransport() })

function collecting(): {
  findings: AmbientFinding[]
  onFinding: (finding: AmbientFinding) => void
} {
  const findings: AmbientFinding[] = []
  return { findings, onFinding: (finding) => findings.push(finding) }
}

describe('a state that takes outside input past io', () => {
  it('is warned of in a live run, and refused in a replay with the place and the way out', async () => {
    const stores = openMemoryStores()
    const op = opOf(({ context }) => context.write(result, Date.now()))
    const { findings, onFinding } = collecting()
    const { runId, phase } = await runWorkflow(op, { stores, ambient: { onFinding } })
    expect(phase).toBe('completed')
    expect(findings).toMatchObject([
      {
        what: 'Date.now',
        stateId: 'demo.main.ask',
        attempt: 0,
        location: expect.stringMatching(HERE),
      },
    ])
    for (const execute of [verifyWorkflow, replayWorkflow]) {
      const report = await execute(op, { stores, runId })
      expect(report.verdict).toBe('different')
      expect(report.differences).toMatchObject([
        {
          kind: 'ambient',
          stateId: 'demo.main.ask',
          message: expect.stringContaining(
            'Date.now at packages/workflow/src/ambient.int.test.ts:',
          ),
          error: { code: 'ambient_io', help: expect.stringContaining('io.now()') },
        },
      ])
    }
  })

  it('is refused also where it handles the error', async () => {
    const stores = openMemoryStores()
    const op = opOf(({ context }) => {
      try {
        Math.random()
      } catch (error) {
        if (!hasCode(error, 'ambient_io')) throw error
      }
      context.write(result, 'as ever')
    })
    const { runId } = await runWorkflow(op, { stores })
    const { differences } = await verifyWorkflow(op, { stores, runId })
    expect(differences.map(({ kind }) => kind)).toEqual(['ambient'])
    const { findings, onFinding } = collecting()
    const warned = await verifyWorkflow(op, { stores, runId, ambient: { mode: 'warn', onFinding } })
    expect([warned.verdict, findings.length]).toEqual(['identical', 1])
    const off = await verifyWorkflow(op, { stores, runId, ambient: { mode: 'off', onFinding } })
    expect([off.verdict, findings.length]).toEqual(['identical', 1])
  })

  it('fails in a live run that refuses', async () => {
    const stores = openMemoryStores()
    const op = opOf(async () => void (await fetch(origin)))
    const { failure } = await runWorkflow(op, { stores, ambient: { mode: 'refuse' } })
    expect(failure?.error.code).toBe('ambient_io')
  })

  it('may be allowed to by the state, the op, and the run', async () => {
    const stores = openMemoryStores()
    const run = (): void => void Date.now()
    const allow = { allow: ['time'] } as const
    const one = state('one', { run, ambient: allow })
    const two = state('two', { run })
    const verdictOf = async (op: ReturnType<typeof opOf>, ambient = {}): Promise<string> => {
      const { runId } = await runWorkflow(op, { stores })
      return (await verifyWorkflow(op, { stores, runId, ambient })).verdict
    }
    const both = { version: 'v1', states: [one, two] }
    expect(await verdictOf(defineOp({ id: 'one', version: 'v1', states: [one] }))).toBe('identical')
    expect(await verdictOf(defineOp({ id: 'both', ...both }))).toBe('different')
    expect(await verdictOf(defineOp({ id: 'both', ...both, ambient: allow }))).toBe('identical')
    expect(await verdictOf(defineOp({ id: 'both', ...both }), allow)).toBe('identical')
  })
})

it('tells the runs of one process apart', async () => {
  const stores = openMemoryStores()
  const clean = opOf(async ({ context, io }) => {
    for (let call = 0; call < 20; call += 1) context.write(result, await io.now())
  })
  const leaky = opOf(async ({ context, io }) => {
    for (let call = 0; call < 20; call += 1) context.write(result, [await io.now(), Math.random()])
  })
  const { runId } = await runWorkflow(clean, { stores })
  const { findings, onFinding } = collecting()
  const [live, verified, replayed] = await Promise.all([
    runWorkflow(leaky, { stores, ambient: { onFinding } }),
    verifyWorkflow(clean, { stores, runId }),
    verifyWorkflow(clean, { stores, runId }),
  ])
  expect([live.phase, verified.verdict, replayed.verdict]).toEqual([
    'completed',
    'identical',
    'identical',
  ])
  expect(findings.map(({ what }) => what)).toEqual(['Math.random'])
})

/** Stores that do what a driver may: they look at the clock, wait, and draw lots. */
function restless({ events, artifacts, facts, ...rest }: OpenStores): OpenStores {
  const stirred = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...args: unknown[]): unknown => {
          process.env['HOME']?.concat(String(Date.now() + Math.random()))
          clearTimeout(setTimeout(() => undefined, 1))
          return Reflect.apply(member, target, args)
        }
      },
    })
  return { ...rest, events: stirred(events), artifacts: stirred(artifacts), facts: stirred(facts) }
}

it('has nothing to say of what io, stores and transports do for a state', async () => {
  const stores = restless(await openSqliteStores({ path: ':memory:' }))
  const { findings, onFinding } = collecting()
  const ambient = { onFinding }
  const note = contextKey('note', z.string())
  const first = state('first', {
    writes: [note],
    run: async ({ context, io, emit }) => {
      await Promise.all([io.now(), io.random(), io.uuid(), io.randomBytes(8)])
      const answers = await Promise.all(
        ['/a', '/b'].map((path) => io.fetch(origin + path, { timeoutMillis: 60_000 })),
      )
      await io.sleep(1)
      // The place for all that has no method of io.
      const noted = await io.record('noted', async () => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        return { at: Date.now(), home: typeof process.env['HOME'], random: Math.random() }
      })
      await emit('answered', { count: answers.length, at: noted.at })
      context.write(note, await (answers[0] ?? Response.error()).text())
    },
  })
  const second = state('second', {
    reads: [note],
    writes: [result],
    run: async ({ context, io }) => {
      context.write(result, { note: await context.read(note), at: await io.now() })
    },
  })
  const op = defineOp({ id: 'clean', version: 'v1', states: [first, second], output: result })
  const { runId, phase } = await runWorkflow(op, { stores, transport, ambient })
  const report = await verifyWorkflow(op, { stores, runId, ambient })
  const fork = await forkWorkflow(op, {
    stores,
    parentId: runId,
    at: 'second',
    transport,
    live: true,
    ambient,
  })
  expect([phase, report.verdict, fork.phase]).toEqual(['completed', 'identical', 'completed'])
  expect(findings).toEqual([])
  await stores.close()
})

describe('an instrumented state', () => {
  it('runs code that knows nothing of io, and replays it without a connection', async () => {
    const stores = openMemoryStores()
    const op = opOf(
      async ({ context, io }) => {
        const started = Date.now()
        const [plain, own] = await Promise.all([
          fetch(`${origin}/plain`),
          io.fetch(`${origin}/own`),
        ])
        await new Promise((resolve) => setTimeout(resolve, 5))
        context.write(result, {
          answers: [await plain.json(), await own.json()],
          id: crypto.randomUUID(),
          waited: Date.now() - started >= 5,
        })
      },
      { instrument: true },
    )
    const { findings, onFinding } = collecting()
    const { runId, output } = await runWorkflow(op, { stores, transport, ambient: { onFinding } })
    expect(output).toMatchObject({ answers: [{ path: '/plain' }, { path: '/own' }], waited: true })
    const report = await verifyWorkflow(op, { stores, runId })
    expect(report.differences).toEqual([])
    expect(report.output).toEqual(output)
    expect(findings).toEqual([])
  })

  it('is still watched for what is not stood in for', async () => {
    const stores = openMemoryStores()
    const op = opOf(
      ({ context }) => context.write(result, [Date.now(), process.env['HOME'] ?? '']),
      {
        instrument: ['time'],
      },
    )
    const { runId } = await runWorkflow(op, { stores })
    const { differences } = await verifyWorkflow(op, { stores, runId })
    expect(differences).toMatchObject([
      { kind: 'ambient', message: expect.stringContaining('HOME') },
    ])
  })

  it('may be a part of a state', async () => {
    const stores = openMemoryStores()
    const op = opOf(async ({ context, io }) => {
      const drawn = await instrument(io, () => Math.random())
      context.write(result, drawn)
    })
    const { runId, output } = await runWorkflow(op, { stores })
    const report = await verifyWorkflow(op, { stores, runId })
    expect([report.verdict, report.output]).toEqual(['identical', output])
  })
})

describe('a streamed answer', () => {
  it('may take from the platform what it is made of, live and at its recorded pace', async () => {
    const stores = openMemoryStores()
    const op = opOf(async ({ context, io }) => {
      const parts: unknown[] = []
      const ticks = io.stream('ticks', async function* () {
        for (let tick = 0; tick < 3; tick++) {
          await pause(1)
          yield [tick, Date.now()]
        }
      })
      for await (const part of ticks) parts.push(part)
      const answer = await io.fetch(`${origin}/streamed`, { stream: true })
      context.write(result, [parts, await answer.text()])
    })
    const ambient = { mode: 'refuse' } as const
    const { runId, failure, output } = await runWorkflow(op, { stores, transport, ambient })
    expect(failure).toBeUndefined()
    for (const timing of [undefined, 'recorded'] as const) {
      const report = await replayWorkflow(op, { stores, runId, timing })
      expect([report.verdict, report.output]).toEqual(['identical', output])
    }
  })
})
