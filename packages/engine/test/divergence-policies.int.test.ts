import type { DivergencePolicy, JsonValue, Plan, StateHandler, StateTools } from '@mfm/core-types'
import { DIVERGENCE_POLICIES } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { ReplayReport } from '../src/index.ts'
import { planOf, stateOf } from './plan.fixture.ts'
import { Bench, config, RUN } from './run.fixture.ts'

interface Call {
  readonly item: JsonValue
  readonly key?: string
  readonly divergence?: DivergencePolicy
}

const ask = async ({ io }: StateTools, { item, key, divergence }: Call): Promise<JsonValue> => {
  const call = { namespace: 'test', request: { item }, factKey: key, divergence }
  return (await io.call(call)).response
}

/** One call after the other; what came of them goes to the context, in no order. */
const inTurn =
  (...calls: readonly Call[]): StateHandler =>
  async (tools) => {
    const answers: [string, JsonValue][] = []
    for (const call of calls) answers.push([call.key ?? String(call.item), await ask(tools, call)])
    await tools.events.emit('asked', 'all')
    tools.context.write('answers', Object.fromEntries(answers))
  }

const atOnce =
  (...calls: readonly Call[]): StateHandler =>
  async (tools) => {
    tools.context.write('answers', await Promise.all(calls.map((call) => ask(tools, call))))
  }

const planWith = (
  handler: StateHandler,
  { divergence, last }: { readonly divergence?: DivergencePolicy; readonly last?: JsonValue } = {},
): Plan =>
  planOf(
    [
      stateOf('ask', handler, divergence === undefined ? {} : { divergence }),
      stateOf('last', async ({ context }) => context.write('last', last ?? 'same')),
    ],
    [['ask', 'last']],
  )

interface Verification {
  readonly recorded: StateHandler
  readonly today: StateHandler
  readonly run?: DivergencePolicy
  readonly state?: DivergencePolicy
  readonly override?: DivergencePolicy | undefined
  readonly last?: JsonValue
}

async function verify(given: Verification): Promise<ReplayReport> {
  const { recorded, today, run = 'strict', state, override, last } = given
  const bench = new Bench()
  const of = state === undefined ? {} : { divergence: state }
  await bench.engine.start({
    plan: planWith(recorded, of),
    runConfig: config({ divergence: run }),
    runId: RUN,
  })
  const before = await bench.envelopes()
  const plan = planWith(today, { ...of, ...(last !== undefined && { last }) })
  const report = await bench.engine.verify({ plan, runId: RUN, divergence: override })
  expect(await bench.envelopes()).toEqual(before)
  return report
}

const [tea, cake, milk] = [{ item: 'tea' }, { item: 'cake' }, { item: 'milk' }] as const
const keyed = { item: 'tea', key: 'k' } as const

/** A change, what is said of it, and the policies under which it passes. */
const CHANGES: readonly (readonly [
  string,
  StateHandler,
  StateHandler,
  string,
  DivergencePolicy[],
])[] = [
  ['the argument of a call', inTurn(tea, cake), inTurn(milk, cake), 'missing', []],
  [
    'the argument of a call with a key',
    inTurn(keyed),
    inTurn({ ...keyed, item: 'cake' }),
    'diverged',
    ['accept-recorded'],
  ],
  ['a call after the others', inTurn(tea), inTurn(tea, cake), 'missing', ['allow-added']],
  ['a call before the others', inTurn(tea), inTurn(cake, tea), 'missing', []],
  ['a call beside the others', atOnce(tea), atOnce(cake, tea), 'missing', ['allow-added']],
  ['the same call once more', inTurn(tea), inTurn(tea, tea), 'exhausted', ['allow-added']],
  ['a call taken out', inTurn(tea, cake), inTurn(tea), 'unused', []],
  ['two calls swapped', inTurn(tea, cake), inTurn(cake, tea), 'order_changed', ['allow-reordered']],
]

describe('a verification under a policy', () => {
  const rows = CHANGES.flatMap(([what, recorded, today, kind, passes]) =>
    DIVERGENCE_POLICIES.map((policy) => {
      const verdict = passes.includes(policy) ? 'allowed' : 'different'
      return { what, policy, recorded, today, kind, verdict }
    }),
  )

  it.each(rows)('$policy: $what is $verdict', async ({ recorded, today, policy, ...row }) => {
    const report = await verify({ recorded, today, override: policy })
    const { verdict, differences, allowed, divergence } = report
    const told = verdict === 'allowed' ? allowed : differences
    expect({ verdict, divergence, kind: told[0]?.kind }).toEqual({
      verdict: row.verdict,
      divergence: policy,
      kind: row.kind,
    })
    expect(verdict === 'allowed' ? differences : allowed).toEqual([])
  })

  it('names the call that came at another place', async () => {
    const change = { recorded: inTurn(tea, cake), today: inTurn(cake, tea) }
    expect(await verify({ ...change, override: 'allow-reordered' })).toMatchObject({
      allowed: [{ call: { ordinal: 1 }, pointers: [{ recorded: 1, produced: 0 }] }],
    })
  })

  it('says nothing of code that did not change', async () => {
    for (const override of DIVERGENCE_POLICIES) {
      const recorded = inTurn(tea, cake)
      expect(await verify({ recorded, today: recorded, override })).toMatchObject({
        verdict: 'identical',
        allowed: [],
      })
    }
  })
})

describe('the policy that counts', () => {
  const change = (divergence?: DivergencePolicy): Pick<Verification, 'recorded' | 'today'> => ({
    recorded: inTurn(keyed),
    today: inTurn({ ...keyed, item: 'cake', ...(divergence !== undefined && { divergence }) }),
  })

  it.each<[string, Verification, ReplayReport['verdict']]>([
    ['the run', { ...change(), run: 'accept-recorded' }, 'allowed'],
    [
      'the state before the run',
      { ...change(), run: 'strict', state: 'accept-recorded' },
      'allowed',
    ],
    [
      'the state before the run',
      { ...change(), run: 'accept-recorded', state: 'strict' },
      'different',
    ],
    ['the call before the state', { ...change('accept-recorded'), state: 'strict' }, 'allowed'],
    ['the call before the state', { ...change('strict'), state: 'accept-recorded' }, 'different'],
    ['the request before all', { ...change('accept-recorded'), override: 'strict' }, 'different'],
    ['the request before all', { ...change('strict'), override: 'accept-recorded' }, 'allowed'],
  ])('is that of %s', async (_whose, given, verdict) => {
    expect((await verify(given)).verdict).toBe(verdict)
  })
})

describe('after a call that was added', () => {
  it('the attempt ends as recorded, and what follows is compared', async () => {
    const change = { recorded: inTurn(tea), today: inTurn(tea, cake), run: 'allow-added' } as const
    expect(await verify(change)).toMatchObject({
      verdict: 'allowed',
      phase: 'completed',
      context: { answers: { tea: { n: 1 } }, last: 'same' },
      counts: { states: 2, unusedFacts: 0 },
    })
    expect(await verify({ ...change, last: 'other' })).toMatchObject({
      verdict: 'different',
      allowed: [{ kind: 'missing' }],
      differences: [{ kind: 'context_changed', stateId: 'demo.main.last' }],
    })
  })

  it('nothing is compared in the attempt, whatever it makes of the error', async () => {
    const today: StateHandler = async (tools) => {
      await ask(tools, tea)
      const answer = await ask(tools, cake).catch(() => 'none')
      await tools.events.emit('another', answer)
      tools.context.write('other', answer)
    }
    const report = await verify({ recorded: inTurn(tea), today, run: 'allow-added' })
    expect(report).toMatchObject({ verdict: 'allowed', context: { answers: { tea: { n: 1 } } } })
    expect(report.context).not.toHaveProperty('other')
  })

  it('a call that says itself that it is new is let pass wherever it stands', async () => {
    const today = inTurn({ ...cake, divergence: 'allow-added' }, tea)
    expect((await verify({ recorded: inTurn(tea), today })).verdict).toBe('allowed')
    const removed = inTurn({ ...cake, divergence: 'allow-added' })
    expect((await verify({ recorded: inTurn(tea), today: removed })).verdict).toBe('allowed')
  })

  it('noise in the place of a time is still a change', async () => {
    const report = await verify({
      recorded: async ({ io }) => void (await io.nowMillis()),
      today: async ({ io }) => void (await io.randomBytes(1)),
      run: 'allow-added',
    })
    expect(report).toMatchObject({ verdict: 'different', differences: [{ kind: 'missing' }] })
  })

  it('a plain replay goes on as well', async () => {
    const bench = new Bench()
    await bench.engine.start({ plan: planWith(inTurn(tea)), runConfig: config(), runId: RUN })
    const plan = planWith(inTurn(tea, cake))
    const strict = await bench.engine.replay({ plan, runId: RUN })
    expect(strict).toMatchObject({ verdict: 'different', phase: 'failed' })
    const lax = await bench.engine.replay({ plan, runId: RUN, divergence: 'allow-added' })
    expect(lax).toMatchObject({
      verdict: 'allowed',
      phase: 'completed',
      context: { answers: { tea: { n: 1 } }, last: 'same' },
    })
  })
})
