import { fail, MfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'

/** Of the shape of a real one, and never one. */
const TOKEN = ['ghp', 'x7Kq2mZ9'.repeat(5).slice(0, 36)].join('_')

const callAndWrite = stateOf('s', async ({ context, io }) => {
  const { response } = await io.call({ namespace: 'test', request: { q: 1 } })
  context.write('x', response)
})

describe('event sequences (spec 10.7)', () => {
  it('success with one fact', async () => {
    const bench = new Bench()
    const result = await bench.engine.start({
      plan: planOf([callAndWrite]),
      runConfig: config(),
      runId: RUN,
    })
    expect(result.phase).toBe('completed')
    expect(await bench.shape()).toEqual([
      'run_started(S0)',
      'state_entered(0,S0)',
      'fact',
      'state_completed(S1)',
      'run_completed(completed,S1)',
    ])
  })

  it('retry then success', async () => {
    let tries = 0
    const flaky = stateOf('s', async ({ context }) => {
      tries += 1
      context.write('x', tries)
      if (tries === 1) fail('flaky', { retryable: true })
    })
    const bench = new Bench()
    await bench.engine.start({
      plan: planOf([flaky]),
      runConfig: config({ retry: retries(2) }),
      runId: RUN,
    })
    expect(await bench.shape()).toEqual([
      'run_started(S0)',
      'state_entered(0,S0)',
      'state_failed(flaky)',
      'state_entered(1,S0)',
      'state_completed(S1)',
      'run_completed(completed,S1)',
    ])
  })

  it('failure', async () => {
    const bench = new Bench()
    const plan = planOf([stateOf('s', async () => fail('broken'))])
    const result = await bench.engine.start({
      plan,
      runConfig: config({ retry: retries(5) }),
      runId: RUN,
    })
    expect(result).toMatchObject({ phase: 'failed', failure: { error: { code: 'broken' } } })
    expect(await bench.shape()).toEqual([
      'run_started(S0)',
      'state_entered(0,S0)',
      'state_failed(broken)',
      'run_completed(failed,S0)',
    ])
  })

  it('skipped', async () => {
    const bench = new Bench()
    const never = stateOf('s', async () => fail('ran'), { tags: ['slow'] })
    await bench.engine.start({
      plan: planOf([never]),
      runConfig: config({ skipTags: ['slow'] }),
      runId: RUN,
    })
    expect(await bench.shape()).toEqual([
      'run_started(S0)',
      'state_entered(0,S0)',
      'state_completed(S0)',
      'run_completed(completed,S0)',
    ])
  })

  it('crash after the fact, then resume: no second fact and no second call', async () => {
    const bench = new Bench()
    const plan = planOf([callAndWrite])
    bench.failpoints.arm('after_handler')
    const stopped = await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    expect(stopped.phase).toBe('running')
    await bench.engine.resume({ plan, runId: RUN })
    expect(bench.calls).toBe(1)
    expect(await bench.shape()).toEqual([
      'run_started(S0)',
      'state_entered(0,S0)',
      'fact',
      'state_failed(orphan_attempt_recovered)',
      'state_entered(1,S0)',
      'state_completed(S1)',
      'run_completed(completed,S1)',
    ])
  })
})

describe('stores that share no commit', () => {
  it('give the same sequence over a crash, and the same replay', async () => {
    const { events, artifacts, facts, close } = openMemoryStores()
    const bench = new Bench({ events, artifacts, facts, close })
    const plan = planOf([callAndWrite])
    bench.failpoints.arm('after_handler')
    await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    await bench.engine.resume({ plan, runId: RUN })
    expect(bench.calls).toBe(1)
    expect(await bench.shape()).toEqual([
      'run_started(S0)',
      'state_entered(0,S0)',
      'fact',
      'state_failed(orphan_attempt_recovered)',
      'state_entered(1,S0)',
      'state_completed(S1)',
      'run_completed(completed,S1)',
    ])
    expect((await bench.engine.verify({ plan, runId: RUN })).verdict).toBe('identical')
  })
})

describe('crash points (spec 10.7): what a resume appends first', () => {
  const two = planOf([callAndWrite, stateOf('t')], [['s', 't']])
  const flaky = planOf([stateOf('s', async () => fail('flaky', { retryable: true }))])

  it.each([
    ['after_run_started', two, 1, 'state_entered(0,S0)'],
    ['after_state_completed', two, 1, 'state_entered(0,S1)'],
    ['before_run_completed', two, 1, 'run_completed(completed,S1)'],
    ['after_state_failed', flaky, 2, 'state_entered(1,S0)'],
    ['after_state_failed', flaky, 1, 'run_completed(failed,S0)'],
  ] as const)('%s (case %#)', async (point, plan, maxAttempts, first) => {
    const bench = new Bench()
    bench.failpoints.arm(point)
    await bench.engine.start({
      plan,
      runConfig: config({ retry: retries(maxAttempts) }),
      runId: RUN,
    })
    const before = await bench.shape()
    await bench.engine.resume({ plan, runId: RUN })
    expect((await bench.shape())[before.length]).toBe(first)
  })

  it('before the start event there is no run', async () => {
    const bench = new Bench()
    bench.failpoints.arm('before_run_started')
    await bench.engine.start({ plan: two, runConfig: config(), runId: RUN })
    await expect(bench.engine.resume({ plan: two, runId: RUN })).rejects.toMatchObject({
      code: 'run_not_found',
    })
  })

  it('a finished run is left as it is', async () => {
    const bench = new Bench()
    const result = await bench.engine.start({ plan: two, runConfig: config(), runId: RUN })
    const before = await bench.envelopes()
    expect(await bench.engine.resume({ plan: two, runId: RUN })).toEqual(result)
    expect(await bench.envelopes()).toEqual(before)
  })
})

describe('retries', () => {
  it('wait as the backoff says, and keep the moment in the stream', async () => {
    const bench = new Bench()
    const plan = planOf([stateOf('s', async () => fail('flaky', { retryable: true }))])
    const retry = {
      maxAttempts: 9,
      backoff: { type: 'exponential', baseDelayMillis: 100, maxDelayMillis: 5000 },
    } as const
    await bench.engine.start({ plan, runConfig: config({ retry }), runId: RUN })
    expect(bench.waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
    const failures = (await bench.envelopes()).flatMap(({ event }) =>
      event.type === 'state_failed' ? [event.notBeforeMillis] : [],
    )
    expect(failures[0]).toBe(1100)
  })

  it('honour after a resume the moment that the stream keeps', async () => {
    const bench = new Bench()
    const plan = planOf([stateOf('s', async () => fail('flaky', { retryable: true }))])
    bench.failpoints.arm('after_state_failed')
    await bench.engine.start({ plan, runConfig: config({ retry: retries(2, 500) }), runId: RUN })
    bench.now += 200
    await bench.engine.resume({ plan, runId: RUN })
    expect(bench.waits).toEqual([300])
  })

  it('orphans have a limit of their own', async () => {
    const bench = new Bench()
    const plan = planOf([stateOf('s')])
    for (let crash = 0; crash < 3; crash += 1) {
      bench.failpoints.arm('after_handler')
      await (crash === 0
        ? bench.engine.start({ plan, runConfig: config({ maxOrphanAttempts: 2 }), runId: RUN })
        : bench.engine.resume({ plan, runId: RUN }))
    }
    const result = await bench.engine.resume({ plan, runId: RUN })
    expect(result).toMatchObject({
      phase: 'failed',
      failure: { error: { code: 'orphan_limit_reached' } },
    })
  })
})

describe('refusals at start leave no stream', () => {
  it.each([
    [
      'unsupported_execution_mode',
      { runConfig: config({ execution: { type: 'fan_out_join', maxConcurrency: 2 } }) },
    ],
    ['invalid_plan', { plan: planOf([]) }],
    ['context_value_invalid', { context: { n: Number.NaN } }],
    ['invalid_id', { runId: 'x' as typeof RUN }],
    ['invalid_option', { runConfig: { ...config(), eventProfile: 'verbose' } as never }],
  ])('%s', async (code, change) => {
    const bench = new Bench()
    const request = { plan: planOf(['s']), runConfig: config(), runId: RUN, ...change }
    await expect(bench.engine.start(request)).rejects.toMatchObject({ code })
    expect((await bench.stores.events.listRuns()).items).toEqual([])
  })

  it('run_already_exists, and the run stays', async () => {
    const bench = new Bench()
    const request = { plan: planOf(['s']), runConfig: config(), runId: RUN }
    await bench.engine.start(request)
    await expect(bench.engine.start(request)).rejects.toMatchObject({ code: 'run_already_exists' })
    expect((await bench.envelopes()).length).toBe(4)
  })
})

describe('a context value is judged when it is written', () => {
  it.each([
    ['context_value_invalid', Number.NaN],
    ['context_value_invalid', undefined],
    ['context_value_invalid', new Date(0)],
    ['secrets_detected', { password: ['hunter2', 'hunter2'].join('-') }],
  ])('%s for %j ends the state, not the run without an end', async (code, value) => {
    const bench = new Bench()
    const plan = planOf([stateOf('s', async ({ context }) => context.write('k', value as never))])
    const result = await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    expect(result.failure?.error.code).toBe(code)
    expect((await bench.shape()).at(-1)).toBe('run_completed(failed,S0)')
  })

  it('a fraction is no failure, but under the integers-only profile it is', async () => {
    const plan = planOf([stateOf('s', async ({ context }) => context.write('k', 0.7))])
    const one = await new Bench().engine.start({ plan, runConfig: config() })
    expect(one.phase).toBe('completed')
    const two = await new Bench().engine.start({
      plan,
      runConfig: config({ numbers: 'integers_only' }),
    })
    expect(two.failure?.error.code).toBe('context_value_invalid')
  })

  it('mutation after the write changes nothing', async () => {
    const bench = new Bench()
    const plan = planOf([
      stateOf('s', async ({ context }) => {
        const list = [1]
        context.write('list', list)
        list.push(2)
        const read = await context.read('list')
        if (Array.isArray(read)) read.push(3)
      }),
    ])
    const { finalSnapshotId } = await bench.engine.start({ plan, runConfig: config() })
    expect(await bench.engine.readContext(finalSnapshotId)).toEqual({ list: [1] })
  })
})

describe('a failure record can always be written', () => {
  it.each([
    [new MfmError('internal_error', { message: `token ${TOKEN}` }), 'internal_error'],
    [new Error('plain'), 'state_threw'],
    ['a string', 'state_threw'],
    [undefined, 'state_threw'],
    [{ toString: null }, 'state_threw'],
    [new Error('\ud800'), 'state_threw'],
  ])('for %j', async (thrown, code) => {
    const bench = new Bench()
    const plan = planOf([
      stateOf('s', async () => {
        throw thrown
      }),
    ])
    const result = await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    expect(result.failure?.error).toMatchObject({ code, details: null })
    expect(JSON.stringify(await bench.envelopes())).not.toContain(TOKEN)
  })
})
