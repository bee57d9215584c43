import type { JsonValue, Plan, StateNode } from '@mfm/core-types'
import { fail, MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'
import type { ReplayReport } from './replay-report.ts'

/** Asks for a price, looks at the clock, draws a number. */
function shop(
  change: { readonly item?: string; readonly extra?: boolean; readonly value?: JsonValue } = {},
): Plan {
  const buy = stateOf('buy', async ({ context, io, events }) => {
    const { response } = await io.call({
      namespace: 'test',
      request: { item: change.item ?? 'tea' },
    })
    context.write('price', change.value ?? response)
    context.write('at', await io.nowMillis())
    context.write('noise', [...(await io.randomBytes(4))])
    await events.emit('bought', { response })
    if (change.extra === true) await io.call({ namespace: 'test', request: { item: 'cake' } })
  })
  return planOf([buy, stateOf('ship')], [['buy', 'ship']])
}

async function recorded(plan: Plan = shop()): Promise<Bench> {
  const bench = new Bench()
  await bench.engine.start({ plan, runConfig: config({ retry: retries(3) }), runId: RUN })
  return bench
}

async function verify(bench: Bench, plan: Plan): Promise<ReplayReport> {
  const before = await bench.envelopes()
  const { calls } = bench
  const report = await bench.engine.verify({ plan, runId: RUN })
  expect(bench.calls).toBe(calls)
  expect(await bench.envelopes()).toEqual(before)
  return report
}

describe('verify', () => {
  it('says identical for the code that ran, without a call and without a write', async () => {
    const bench = await recorded()
    const last = (await bench.envelopes()).at(-1)
    expect(await verify(bench, shop())).toMatchObject({
      verdict: 'identical',
      phase: 'completed',
      differences: [],
      finalSnapshotId: last?.event.type === 'run_completed' ? last.event.finalSnapshotId : '',
      counts: { states: 2, attempts: 2, events: 10, facts: 3, unusedFacts: 0, outsideEnds: 0 },
      context: { price: { n: 1 }, at: 1000 },
    })
  })

  it('says identical where a key or a value of the code is used more than once', async () => {
    const again = stateOf('again', async ({ io }) => {
      const call = { namespace: 'test', request: { item: 'tea' }, factKey: 'mine' }
      await io.recordValue('value', 1)
      await io.call(call)
      await io.call(call)
      await io.recordValue('value', 1)
      await io.nowMillis()
    })
    const plan = planOf([again])
    expect(await verify(await recorded(plan), plan)).toMatchObject({ verdict: 'identical' })
  })

  it('names a call that was never recorded, with the nearest recorded one', async () => {
    const report = await verify(await recorded(), shop({ item: 'coffee' }))
    expect(report.verdict).toBe('different')
    expect(report.differences[0]).toMatchObject({
      kind: 'missing',
      stateId: 'demo.main.buy',
      attempt: 0,
      error: { code: 'missing_fact' },
    })
    expect(JSON.stringify(report.differences[0]?.error?.details)).toContain('/item')
  })

  it('names a call that is one too many, also where the state would not need it', async () => {
    const report = await verify(await recorded(), shop({ extra: true }))
    expect(report.differences[0]?.kind).toBe('missing')
  })

  it('names the value that came out otherwise', async () => {
    const report = await verify(await recorded(), shop({ value: 'dear' }))
    expect(report.differences).toEqual([
      expect.objectContaining({
        kind: 'context_changed',
        stateId: 'demo.main.buy',
        pointers: [{ pointer: '/context/price', recorded: { n: 1 }, produced: 'dear' }],
      }),
    ])
  })

  it('names the plan that changed', async () => {
    const report = await verify(await recorded(), planOf(['buy']))
    expect(report.differences).toEqual([
      expect.objectContaining({
        kind: 'plan_changed',
        pointers: expect.arrayContaining([expect.objectContaining({ pointer: '/edges/0' })]),
      }),
    ])
  })

  it('names an event that a state no longer emits', async () => {
    const plan = planOf([stateOf('s', async ({ events }) => await events.emit('hello', 1))])
    const bench = await recorded(plan)
    expect((await verify(bench, plan)).verdict).toBe('identical')
    const silent = await verify(bench, planOf(['s']))
    expect(silent.differences[0]).toMatchObject({
      kind: 'event_changed',
      message: expect.stringContaining('state_completed'),
    })
  })

  it('refuses a run without an end', async () => {
    const bench = new Bench()
    bench.failpoints.arm('after_handler')
    await bench.engine.start({ plan: shop(), runConfig: config(), runId: RUN })
    await expect(bench.engine.verify({ plan: shop(), runId: RUN })).rejects.toMatchObject({
      code: 'run_not_finished',
    })
  })

  it('refuses the workflow of another run', async () => {
    const bench = await recorded()
    const other = { ...shop(), opVersion: 'v2' }
    await expect(bench.engine.verify({ plan: other, runId: RUN })).rejects.toMatchObject({
      code: 'plan_op_mismatch',
    })
  })
})

describe('what a run went through is replayed', () => {
  it('retries, with the failures of their calls', async () => {
    const flaky = stateOf('s', async ({ io, context }) => {
      const { response } = await io.call({ namespace: 'test', request: {} })
      context.write('x', response)
    })
    const bench = new Bench()
    bench.answer = () => {
      if (bench.calls < 3) throw new MfmError('http_timeout', { message: `try ${bench.calls}` })
      return 'third'
    }
    const result = await bench.engine.start({
      plan: planOf([flaky]),
      runConfig: config({ retry: retries(3, 100) }),
      runId: RUN,
    })
    expect(result.phase).toBe('completed')
    const report = await verify(bench, planOf([flaky]))
    expect(report).toMatchObject({ verdict: 'identical', counts: { attempts: 3, facts: 3 } })
    expect(bench.waits).toEqual([100, 100])
  })

  it('a failed run', async () => {
    const plan = planOf([stateOf('s', async () => fail('broken'))])
    const report = await verify(await recorded(plan), plan)
    expect(report).toMatchObject({ verdict: 'identical', failure: { error: { code: 'broken' } } })
  })

  it('a crash and the attempt after it', async () => {
    const bench = new Bench()
    bench.failpoints.arm('after_handler')
    await bench.engine.start({ plan: shop(), runConfig: config(), runId: RUN })
    await bench.engine.resume({ plan: shop(), runId: RUN })
    expect(await verify(bench, shop())).toMatchObject({
      verdict: 'identical',
      counts: { attempts: 2, outsideEnds: 1 },
    })
  })

  it('an interrupt, and a run that was cancelled', async () => {
    for (const reason of [new Error('stop'), new MfmError('run_cancelled')]) {
      const bench = new Bench()
      const stop = new AbortController()
      let stopping = true
      const plan = planOf([
        stateOf('s', async ({ io }) => {
          await io.nowMillis()
          if (stopping) stop.abort(reason)
        }),
      ])
      await bench.engine.start({ plan, runConfig: config(), runId: RUN, signal: stop.signal })
      stopping = false
      await bench.engine.resume({ plan, runId: RUN })
      expect(await verify(bench, plan)).toMatchObject({ verdict: 'identical', differences: [] })
    }
  })

  it('a run that ran out of time', async () => {
    const bench = new Bench()
    const slow: StateNode = stateOf('s', async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    await bench.engine.start({
      plan: planOf([slow]),
      runConfig: config({ runDeadlineMillis: 5 }),
      runId: RUN,
    })
    expect(await verify(bench, planOf([slow]))).toMatchObject({
      verdict: 'identical',
      failure: { error: { code: 'run_deadline_exceeded' } },
    })
  })
})

describe('replay', () => {
  it('runs the code of today on the facts, and compares nothing', async () => {
    const bench = await recorded()
    const report = await bench.engine.replay({ plan: shop({ value: 'dear' }), runId: RUN })
    expect(report).toMatchObject({ verdict: 'identical', context: { price: 'dear', at: 1000 } })
  })

  it('takes another version of the op, and no other op', async () => {
    const bench = await recorded()
    const plan = { ...shop(), opVersion: 'v2' }
    expect(await bench.engine.replay({ plan, runId: RUN })).toMatchObject({ verdict: 'identical' })
    const other = { ...shop(), opId: 'other' as Plan['opId'] }
    await expect(bench.engine.replay({ plan: other, runId: RUN })).rejects.toMatchObject({
      code: 'plan_op_mismatch',
    })
  })

  it('lists facts that nothing asked for', async () => {
    const bench = await recorded()
    const report = await bench.engine.replay({ plan: planOf(['buy', 'ship']), runId: RUN })
    expect(report.counts.unusedFacts).toBe(3)
    expect(report.unusedFacts).toHaveLength(3)
  })
})

describe('a stream that was tampered with', () => {
  it('is refused with the sequence number', async () => {
    const bench = await recorded()
    const forged = (await bench.envelopes()).map((envelope) =>
      envelope.event.type === 'domain'
        ? { ...envelope, event: { ...envelope.event, payload: 'forged' } }
        : envelope,
    )
    const read = bench.stores.events.read.bind(bench.stores.events)
    bench.stores.events.read = async function* (run, range) {
      for await (const { seq } of read(run, range)) {
        const envelope = forged[seq - 1]
        if (envelope !== undefined) yield envelope
      }
    }
    await expect(bench.engine.verify({ plan: shop(), runId: RUN })).rejects.toMatchObject({
      code: 'event_store_corruption',
      details: { seq: 7 },
    })
  })
})
