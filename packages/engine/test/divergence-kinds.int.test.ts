import { readFileSync } from 'node:fs'
import type { IoCall, Plan, StateHandler, StateTools } from '@mfm/core-types'
import { resolverOf, secret } from '@mfm/secrets'
import { describe, expect, it } from 'vitest'
import type { Difference, ReplayReport } from '../src/index.ts'
import { planOf, stateOf } from './plan.fixture.ts'
import { Bench, config, RUN } from './run.fixture.ts'

const ROOT = import.meta.dirname
const STATE = 'demo.main.ask'

const quote = (item: string, token = 'first'): Pick<IoCall, 'namespace' | 'request'> => ({
  namespace: 'test',
  request: { item, token: secret(token) },
})

const recorded: StateHandler = async ({ io }) => {
  await io.call({ ...quote('tea'), factKey: 'quote' })
  await io.call(quote('cake'))
}

const planWith = (handler: StateHandler, id = 'ask'): Plan => planOf([stateOf(id, handler)])

async function verify(
  plan: Plan,
  { outputKey }: { readonly outputKey?: string } = {},
): Promise<ReplayReport> {
  const bench = new Bench(undefined, {
    sourceRoot: ROOT,
    resolveSecret: resolverOf({ first: 'value-of-the-first', second: 'value-of-the-second' }),
  })
  const runConfig = config({ locations: true })
  const start = { plan: planWith(recorded), runConfig, runId: RUN, outputKey: 'price' }
  await bench.engine.start({ ...start, context: { price: 1, cost: 2 } })
  const report = await bench.engine.verify({ plan, runId: RUN, outputKey })
  expect(report).toMatchObject({ runId: RUN, verdict: 'different' })
  expect(JSON.stringify(report)).not.toContain('value-of')
  return report
}

const first = async (today: (tools: StateTools) => Promise<void>): Promise<Difference> => {
  const [difference] = (await verify(planWith(today))).differences
  if (difference === undefined) throw new Error('there is no difference')
  return difference
}

/** The line of this file that a location names. */
function lineAt(location: string | null | undefined): string {
  const [, line] = /^divergence-kinds\.int\.test\.ts:(\d+):\d+$/.exec(location ?? '') ?? []
  return (
    readFileSync(import.meta.filename, 'utf8')
      .split('\n')
      [Number(line) - 1]?.trim() ?? ''
  )
}

const CAKE = { ordinal: 1, namespace: 'test', stateId: STATE, attempt: 0 }
const TEA = { key: 'quote', ordinal: 0, namespace: 'test', stateId: STATE, attempt: 0 }

describe('a difference of the kind', () => {
  it('missing', async () => {
    const difference = await first(async ({ io }) => {
      await io.call({ ...quote('tea'), factKey: 'quote' })
      await io.call(quote('milk')) // missing
    })
    expect(difference).toMatchObject({
      kind: 'missing',
      stateId: STATE,
      attempt: 0,
      call: { key: expect.stringMatching(/^mfm:test\|state:/), namespace: 'test', ordinal: 1 },
      pointers: [{ pointer: '/request/item', recorded: 'cake', produced: 'milk' }],
      nearest: [
        { ...CAKE, differences: [{ pointer: '/item', recorded: 'cake', produced: 'milk' }] },
        { ...TEA, isUsed: true },
      ],
    })
    expect(lineAt(difference.location.today)).toContain('// missing')
    expect(lineAt(difference.nearest[0]?.location)).toBe("await io.call(quote('cake'))")
  })

  it('exhausted', async () => {
    const difference = await first(async ({ io }) => {
      await io.call({ ...quote('tea'), factKey: 'quote' })
      await io.call(quote('cake'))
      await io.call(quote('cake')) // exhausted
    })
    expect(difference).toMatchObject({
      kind: 'exhausted',
      stateId: STATE,
      attempt: 0,
      call: { key: expect.stringMatching(/\|occ:1$/), namespace: 'test', ordinal: 2 },
      pointers: [{ pointer: '/occurrence', recorded: 1, produced: 2 }],
      nearest: [{ ...CAKE, isUsed: true, differences: [] }, TEA],
    })
    expect(lineAt(difference.location.today)).toContain('// exhausted')
  })

  it('diverged', async () => {
    const difference = await first(async ({ io }) => {
      await io.call({ ...quote('tea', 'second'), factKey: 'quote' }) // diverged
    })
    const token = { recorded: '[secret:first]', produced: '[secret:second]' }
    expect(difference).toMatchObject({
      kind: 'diverged',
      stateId: STATE,
      attempt: 0,
      call: { key: 'quote', namespace: 'test', ordinal: 0 },
      pointers: [{ pointer: '/request/token', ...token }],
      nearest: [{ ...TEA, differences: [{ pointer: '/token', ...token }] }, CAKE],
    })
    expect(lineAt(difference.location.today)).toContain('// diverged')
    expect(lineAt(difference.location.recorded)).toContain("quote('tea'), factKey: 'quote'")
  })

  it('refused', async () => {
    const difference = await first(async ({ io }) => {
      await io.call({ ...quote('cake'), factKey: null }) // refused
    })
    expect(difference).toMatchObject({
      kind: 'refused',
      stateId: STATE,
      attempt: 0,
      call: { key: null, namespace: 'test', ordinal: 0 },
      pointers: [{ pointer: '/factKey', produced: null }],
      nearest: [{ ...CAKE, differences: [] }, TEA],
    })
    expect(lineAt(difference.location.today)).toContain('// refused')
  })

  it('unused', async () => {
    const difference = await first(async ({ io }) => {
      await io.call({ ...quote('tea'), factKey: 'quote' })
    })
    expect(difference).toMatchObject({
      kind: 'unused',
      stateId: STATE,
      attempt: 0,
      call: { key: expect.stringMatching(/^mfm:test\|state:/), namespace: 'test', ordinal: 1 },
      pointers: [
        { pointer: '/request', recorded: { item: 'cake', token: '[secret:first]' } },
        { pointer: '/namespace', recorded: 'test' },
      ],
      location: { today: null },
      nearest: [],
    })
    expect(lineAt(difference.location.recorded)).toBe("await io.call(quote('cake'))")
  })

  const ofTheRun = { attempt: null, call: null, nearest: [] }

  it('plan_changed', async () => {
    const { differences } = await verify(planWith(recorded, 'other'))
    expect(differences).toMatchObject([
      {
        ...ofTheRun,
        kind: 'plan_changed',
        stateId: STATE,
        pointers: [{ pointer: '/states/0/id', recorded: STATE, produced: 'demo.main.other' }],
      },
    ])
  })

  it('output_changed', async () => {
    const { differences } = await verify(planWith(recorded), { outputKey: 'cost' })
    expect(differences).toMatchObject([
      {
        ...ofTheRun,
        kind: 'output_changed',
        stateId: null,
        pointers: [{ pointer: '/outputKey', recorded: 'price', produced: 'cost' }],
      },
    ])
  })
})

describe('code that goes another way each time', () => {
  it('is told as it went the first time, without the place', async () => {
    let times = 0
    const difference = await first(async ({ io }) => {
      times += 1
      await io.call(quote(`milk ${times}`))
    })
    expect(times).toBe(2)
    expect(difference).toMatchObject({
      kind: 'missing',
      location: { today: null },
      error: { details: { request: { item: 'milk 1' } } },
    })
  })

  it('runs once where nothing differs', async () => {
    let times = 0
    const bench = new Bench()
    const plan = planWith(async ({ io }) => {
      times += 1
      await io.nowMillis()
    })
    await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    await bench.engine.verify({ plan, runId: RUN })
    expect(times).toBe(2)
  })
})
