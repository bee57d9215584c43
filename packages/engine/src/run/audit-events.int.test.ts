import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN } from '../../test/run.fixture.ts'

const emitting = planOf([
  stateOf('s', async ({ events }) => {
    await events.emit('one', { n: 0.5 })
    await events.emitMany([
      { name: 'two', payload: null },
      { name: 'three', payload: [] },
    ])
    await events.emitMany([])
  }),
])

describe('event profiles (spec 10.8)', () => {
  it('normal writes what states emit', async () => {
    const bench = new Bench()
    await bench.engine.start({ plan: emitting, runConfig: config(), runId: RUN })
    expect((await bench.shape()).slice(2, 5)).toEqual([
      'domain(one)',
      'domain(two)',
      'domain(three)',
    ])
  })

  it('minimal drops them', async () => {
    const bench = new Bench()
    await bench.engine.start({
      plan: emitting,
      runConfig: config({ eventProfile: 'minimal' }),
      runId: RUN,
    })
    expect((await bench.shape()).some((event) => event.startsWith('domain'))).toBe(false)
  })
})

describe('refused events', () => {
  it.each([
    ['a reserved name', 'fact_recorded', {}],
    ['an empty name', '', {}],
    ['a payload that is no JSON', 'n', { at: new Date(0) }],
    ['a payload with a secret', 'n', { password: ['hunter2', 'hunter2'].join('-') }],
  ])('%s', async (_what, name, payload) => {
    const bench = new Bench()
    const plan = planOf([
      stateOf('s', async ({ events }) => {
        await events.emitMany([
          { name: 'good', payload: 1 },
          { name, payload: payload as never },
        ])
      }),
    ])
    const result = await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    expect(result.failure?.error.code).toBe('domain_event_invalid')
    expect((await bench.shape()).some((event) => event.startsWith('domain'))).toBe(false)
  })
})
