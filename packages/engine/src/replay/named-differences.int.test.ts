import type { JsonValue, Plan, StateHandler } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN } from '../../test/run.fixture.ts'
import type { ReplayReport } from './replay-report.ts'
import type { ReplayRequest } from './replay-run.ts'

const planWith = (handler: StateHandler): Plan => planOf([stateOf('s', handler)])

const call = async (
  { io }: Parameters<StateHandler>[0],
  request: JsonValue,
  more: { readonly namespace?: string; readonly factKey?: string } = {},
): Promise<JsonValue> => (await io.call({ namespace: 'test', request, ...more })).response

/** Records a state and verifies another in its place. */
async function verify(
  recorded: StateHandler,
  today: StateHandler,
  more: Partial<ReplayRequest> = {},
): Promise<ReplayReport> {
  const bench = new Bench()
  await bench.engine.start({
    plan: planWith(recorded),
    runConfig: config(),
    runId: RUN,
    outputKey: 'out',
    context: { in: { amount: 1 } },
  })
  return await bench.engine.verify({ plan: planWith(today), runId: RUN, ...more })
}

const STATE = 'demo.main.s'

describe('a call that no fact answers', () => {
  it('is held against the nearest recorded one', async () => {
    const { differences } = await verify(
      async (tools) => void (await call(tools, { item: 'tea', page: 1 })),
      async (tools) => void (await call(tools, { item: 'tea', page: '1', all: true })),
    )
    expect(differences).toMatchObject([
      {
        kind: 'missing',
        stateId: STATE,
        call: { namespace: 'test', ordinal: 0 },
        pointers: [
          { pointer: '/request/all', produced: true },
          { pointer: '/request/page', recorded: 1, produced: '1' },
        ],
      },
    ])
  })

  it('of another namespace says so', async () => {
    const { differences } = await verify(
      async (tools) => void (await call(tools, 1)),
      async (tools) => void (await call(tools, 1, { namespace: 'other' })),
    )
    expect(differences[0]).toMatchObject({
      kind: 'missing',
      pointers: [{ pointer: '/namespace', recorded: 'test', produced: 'other' }],
    })
  })

  it('says how often it was recorded', async () => {
    const { differences } = await verify(
      async (tools) => void (await call(tools, 1)),
      async (tools) => {
        await call(tools, 1)
        await call(tools, 1)
      },
    )
    expect(differences[0]).toMatchObject({
      kind: 'exhausted',
      call: { ordinal: 1 },
      pointers: [{ pointer: '/occurrence', recorded: 1, produced: 2 }],
    })
  })

  it('under a chosen key names the places in the request', async () => {
    const { differences } = await verify(
      async (tools) => void (await call(tools, { a: 1 }, { factKey: 'k' })),
      async (tools) => void (await call(tools, { a: 2 }, { factKey: 'k' })),
    )
    expect(differences[0]).toMatchObject({
      kind: 'diverged',
      call: { key: 'k', namespace: 'test' },
      pointers: [{ pointer: '/request/a', recorded: 1, produced: 2 }],
    })
  })

  it('that was like none of the state is shown whole', async () => {
    const { differences } = await verify(
      async () => undefined,
      async (tools) => void (await call(tools, { a: 1 })),
    )
    expect(differences[0]?.pointers).toEqual([
      { pointer: '/request', produced: { a: 1 } },
      { pointer: '/namespace', produced: 'test' },
    ])
  })

  it('that comes on top of all that were recorded is shown whole too', async () => {
    const { differences } = await verify(
      async (tools) => void (await call(tools, { a: 1 })),
      async (tools) => {
        await call(tools, { a: 1 })
        await call(tools, { a: 2 })
      },
    )
    expect(differences[0]?.pointers[0]).toEqual({ pointer: '/request', produced: { a: 2 } })
  })

  it('of time or noise says what was recorded in its place', async () => {
    const { differences } = await verify(
      async ({ io }) => void (await io.randomBytes(2)),
      async ({ io }) => {
        await io.nowMillis()
        await io.randomBytes(2)
      },
    )
    expect(differences[0]).toMatchObject({
      kind: 'missing',
      call: { namespace: 'now_millis', ordinal: 0 },
      pointers: [{ pointer: '/namespace', recorded: 'random_bytes', produced: 'now_millis' }],
    })
  })

  it('names the places of a recorded value and the length of noise', async () => {
    const value = await verify(
      async ({ io }) => void (await io.recordValue('k', { a: 1 })),
      async ({ io }) => void (await io.recordValue('k', { a: 2 })),
    )
    expect(value.differences[0]).toMatchObject({
      kind: 'diverged',
      call: { key: 'k' },
      pointers: [{ pointer: '/value/a', recorded: 1, produced: 2 }],
    })
    const noise = await verify(
      async ({ io }) => void (await io.randomBytes(2)),
      async ({ io }) => void (await io.randomBytes(3)),
    )
    expect(noise.differences[0]?.pointers).toEqual([
      { pointer: '/value/length', recorded: 2, produced: 3 },
    ])
  })
})

describe('a recorded call that is not made', () => {
  it('is named, also where nothing came of it', async () => {
    const report = await verify(
      async (tools) => {
        await call(tools, 'first')
        await tools.io.randomBytes(1)
      },
      async (tools) => void (await call(tools, 'first')),
    )
    expect(report).toMatchObject({
      verdict: 'different',
      differences: [
        {
          kind: 'unused',
          stateId: STATE,
          attempt: 0,
          call: { namespace: 'random_bytes', ordinal: 1 },
          pointers: [{ pointer: '/namespace', recorded: 'random_bytes' }],
        },
      ],
    })
  })

  it('is told with its request, before what came of it', async () => {
    const { differences } = await verify(
      async (tools) => tools.context.write('out', await call(tools, { a: 1 })),
      async (tools) => tools.context.write('out', 0),
    )
    expect(differences.map(({ kind }) => kind)).toEqual(['unused', 'context_changed'])
    expect(differences[0]?.pointers[0]).toEqual({ pointer: '/request', recorded: { a: 1 } })
  })

  it('by an attempt that a crash ended is no difference', async () => {
    const bench = new Bench()
    const plan = planWith(async ({ io }) => void (await io.nowMillis()))
    bench.failpoints.arm('after_handler')
    await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    await bench.engine.resume({ plan, runId: RUN })
    expect(await bench.engine.verify({ plan, runId: RUN })).toMatchObject({
      verdict: 'identical',
      counts: { unusedFacts: 1 },
    })
  })
})

describe('the order of calls', () => {
  const oneByOne =
    (...items: readonly string[]): StateHandler =>
    async (tools) => {
      for (const item of items) await call(tools, item)
    }

  it('is a difference where one is made after the other', async () => {
    const { differences } = await verify(oneByOne('a', 'b', 'c'), oneByOne('a', 'c', 'b'))
    expect(differences).toMatchObject([
      {
        kind: 'order_changed',
        stateId: STATE,
        call: { namespace: 'test', ordinal: 2 },
        pointers: [{ pointer: '/ordinal', recorded: 2, produced: 1 }],
      },
    ])
  })

  it('is none where calls are made together', async () => {
    const together =
      (...items: readonly string[]): StateHandler =>
      async (tools) =>
        void (await Promise.all(items.map((item) => call(tools, item))))
    expect((await verify(together('a', 'b'), together('b', 'a'))).verdict).toBe('identical')
  })
})

describe('what came out otherwise', () => {
  it('in the context is named by key and place', async () => {
    const { differences } = await verify(
      async ({ context }) => context.write('out', { sum: 3, list: [1] }),
      async ({ context }) => context.write('out', { sum: '3', list: [1] }),
    )
    expect(differences).toMatchObject([
      {
        kind: 'context_changed',
        stateId: STATE,
        pointers: [{ pointer: '/context/out/sum', recorded: 3, produced: '3' }],
      },
    ])
  })

  it('is an attempt that ends otherwise, either way', async () => {
    const bad: StateHandler = () =>
      Promise.reject(new MfmError('http_timeout', { message: 'slow' }))
    const failed = await verify(async () => undefined, bad)
    expect(failed.differences).toMatchObject([
      {
        kind: 'outcome_changed',
        stateId: STATE,
        pointers: [
          { pointer: '/error', produced: { code: 'http_timeout', message: 'slow' } },
          { pointer: '/outcome', recorded: 'completed', produced: 'failed' },
        ],
      },
    ])
    const [mended] = (await verify(bad, async () => undefined)).differences
    expect(mended).toMatchObject({ kind: 'outcome_changed' })
    expect(mended?.pointers[1]).toEqual({
      pointer: '/outcome',
      recorded: 'failed',
      produced: 'completed',
    })
  })

  it('is the first context that is made of the recorded input', async () => {
    const context = { in: { amount: 1, currency: 'eur' } }
    const same: StateHandler = async () => undefined
    expect((await verify(same, same, { context })).differences).toMatchObject([
      {
        kind: 'input_changed',
        stateId: null,
        pointers: [{ pointer: '/context/in/currency', produced: 'eur' }],
      },
    ])
  })

  it('is the key of the result', async () => {
    const same: StateHandler = async () => undefined
    expect((await verify(same, same, { outputKey: 'other' })).differences).toMatchObject([
      {
        kind: 'output_changed',
        pointers: [{ pointer: '/outputKey', recorded: 'out', produced: 'other' }],
      },
    ])
    expect((await verify(same, same, { outputKey: 'out' })).verdict).toBe('identical')
  })
})

describe('other settings', () => {
  it('are noted, and make no difference', async () => {
    const same: StateHandler = async () => undefined
    const runConfig = config({ attemptDeadlineMillis: 5 })
    expect(await verify(same, same, { runConfig })).toMatchObject({
      verdict: 'identical',
      notes: [
        {
          kind: 'settings_changed',
          pointers: [{ pointer: '/attemptDeadlineMillis', recorded: null, produced: 5 }],
        },
      ],
    })
    expect((await verify(same, same, { runConfig: config() })).notes).toEqual([])
  })
})
