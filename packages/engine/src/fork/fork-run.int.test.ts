import type { JsonValue, Plan, RunId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import {
  CHILD,
  changes,
  fingerprint,
  fork,
  recorded,
  shop,
  snapshots,
} from '../../test/fork.fixture.ts'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'

/** What the facts of the fork say of where they are from. */
async function metas(bench: Bench): Promise<object[]> {
  return (await bench.envelopes(CHILD)).flatMap(({ event }) =>
    event.type === 'fact_recorded' ? [event.meta] : [],
  )
}

describe('a fork without edits', () => {
  it('comes out with the same snapshots, calls nobody and leaves its parent alone', async () => {
    const bench = await recorded()
    const before = await fingerprint(bench)
    const report = await fork(bench)
    expect(bench.calls).toBe(0)
    expect(await fingerprint(bench)).toEqual(before)
    expect(report).toMatchObject({
      runId: CHILD,
      phase: 'completed',
      parent: { runId: RUN, seq: 3 },
      facts: { reused: 6, edited: 0, recorded: 0, unused: 0 },
      outputs: { parent: 3, fork: 3, differences: [] },
    })
    expect(changes(report)).toEqual({
      buy_one: 'unchanged',
      buy_two: 'unchanged',
      add: 'unchanged',
    })
    expect(report.states.every(({ isSameSnapshot }) => isSameSnapshot)).toBe(true)
    const ofParent = snapshots(await bench.envelopes())
    for (const [stateId, id] of snapshots(await bench.envelopes(CHILD))) {
      expect(id).toBe(ofParent.get(stateId))
    }
  })

  it('adds two documents, and one event for each fact that it has', async () => {
    const puts: string[] = []
    const memory = openMemoryStores()
    const bench = await recorded(shop(), memory)
    const { atomic } = memory
    if (atomic !== undefined) {
      const record = atomic.recordAtomically.bind(atomic)
      atomic.recordAtomically = async (run, seq, batch, options) => {
        for (const { id, kind } of batch.artifacts) {
          if (!(await memory.artifacts.exists(id))) puts.push(kind)
        }
        return await record(run, seq, batch, options)
      }
    }
    expect(await fork(bench)).toMatchObject({ phase: 'completed' })
    expect(puts.sort()).toEqual(['history_summary', 'manifest'])
    const facts = (await bench.envelopes(CHILD)).filter(
      ({ event }) => event.type === 'fact_recorded',
    )
    expect(facts).toHaveLength(6)
  })

  it('is a run of its own: verified, replayed, and read without its parent', async () => {
    const bench = await recorded()
    await fork(bench)
    const read = bench.stores.events.read.bind(bench.stores.events)
    bench.stores.events.read = (run, range, options) => {
      if (run === RUN) throw new Error('the parent is gone')
      return read(run, range, options)
    }
    expect(await bench.engine.verify({ plan: shop(), runId: CHILD })).toMatchObject({
      verdict: 'identical',
      counts: { states: 4, attempts: 3, facts: 6, unusedFacts: 0 },
    })
    const resumed = await bench.engine.resume({ plan: shop(), runId: CHILD })
    expect(resumed.phase).toBe('completed')
    const otherwise = await bench.engine.replay({ plan: shop({ note: 'hi' }), runId: CHILD })
    expect(otherwise).toMatchObject({ verdict: 'identical', context: { note: 'hi', sum: 3 } })
  })

  it('can be forked again, and that one too', async () => {
    const bench = await recorded()
    await fork(bench, { facts: [{ fact: 'buy_one#0', value: { n: 10 } }] })
    const grandchild = '33333333-2222-4333-8444-555555555555' as RunId
    const report = await fork(bench, { parentId: CHILD, at: 'buy_two', runId: grandchild })
    expect(report).toMatchObject({
      parent: { runId: CHILD },
      outputs: { parent: 12, fork: 12 },
      facts: { reused: 3, recorded: 0 },
    })
    expect(await bench.engine.verify({ plan: shop(), runId: grandchild })).toMatchObject({
      verdict: 'identical',
      context: { sum: 12 },
    })
    await expect(fork(bench, { parentId: CHILD, at: 'open', runId: RUN })).rejects.toMatchObject({
      code: 'run_already_exists',
    })
    await expect(
      bench.engine.fork({ parentId: CHILD, at: 'open', plan: shop() }),
    ).rejects.toMatchObject({ code: 'fork_state_unknown' })
  })

  it('goes the way of concurrent calls again that raced', async () => {
    const race = stateOf('race', async ({ context, io }) => {
      const order: JsonValue[] = []
      const ask = async (n: number): Promise<void> => {
        await io.call({ namespace: 'test', request: { n } })
        order.push(n)
        if (n === 2) await ask(7)
      }
      await Promise.all([ask(1), ask(2), ask(3)])
      context.write('order', order)
    })
    const bench = new Bench()
    const gates = new Map<number, () => void>()
    bench.answer = async (request) => {
      const { n } = request as { n: number }
      if (n === 7) {
        gates.get(3)?.()
        return n
      }
      await new Promise<void>((resolve) => {
        gates.set(n, resolve)
        if (gates.size === 3) gates.get(2)?.()
      })
      if (n === 3) gates.get(1)?.()
      return n
    }
    const plan = planOf([race])
    await bench.engine.start({ plan, runConfig: config(), runId: RUN, outputKey: 'order' })
    const report = await fork(bench, { plan, at: 'race' })
    expect(report.outputs).toMatchObject({ parent: [2, 7, 3, 1], fork: [2, 7, 3, 1] })
  })
})

describe('what a run went through', () => {
  it('is gone through again, without the waits', async () => {
    const bench = new Bench()
    bench.answer = () => {
      if (bench.calls < 3) throw new MfmError('http_timeout')
      return { n: 1 }
    }
    const plan = shop()
    await bench.engine.start({
      plan,
      runConfig: config({ retry: retries(3, 50) }),
      runId: RUN,
      outputKey: 'sum',
    })
    const waited = bench.waits.length
    expect(waited).toBe(2)
    const report = await fork(bench)
    expect(report).toMatchObject({ phase: 'completed', facts: { recorded: 0, unused: 0 } })
    expect(report.states.every(({ isSameSnapshot }) => isSameSnapshot)).toBe(true)
    expect(bench.waits).toHaveLength(waited)
    expect(await bench.engine.verify({ plan, runId: CHILD })).toMatchObject({
      verdict: 'identical',
      counts: { attempts: 5 },
    })
  })

  it('does not include a crash: the attempt after it answers', async () => {
    const bench = new Bench()
    bench.failpoints.arm('after_handler')
    const plan = planOf([
      stateOf('s', async ({ context, io }) => {
        context.write('at', await io.nowMillis())
      }),
    ])
    await bench.engine.start({ plan, runConfig: config(), runId: RUN, outputKey: 'at' })
    bench.now = 9_000
    await bench.engine.resume({ plan, runId: RUN })
    const report = await fork(bench, { plan, at: 's' })
    expect(report).toMatchObject({
      outputs: { parent: 9_000, fork: 9_000 },
      facts: { reused: 1, recorded: 0, unused: 0 },
    })
    expect(await metas(bench)).toMatchObject([{ namespace: 'now_millis', attempt: 0, ordinal: 0 }])
  })

  it('may have no end yet', async () => {
    const bench = new Bench()
    bench.failpoints.arm('after_state_completed')
    const plan = shop()
    await bench.engine.start({ plan, runConfig: config(), runId: RUN, outputKey: 'sum' })
    const open = await fork(bench, { plan, at: 'open' }).catch((error: unknown) => error)
    expect(open).toMatchObject({ code: 'missing_fact' })
    await expect(fork(bench, { plan, at: 'buy_one' })).rejects.toMatchObject({
      code: 'fork_state_unknown',
      details: { states: ['demo.main.open'] },
    })
    const live = await fork(bench, { plan, at: 'open', live: true })
    expect(live).toMatchObject({ phase: 'completed', outputs: { parent: null, fork: 3 } })
  })
})

describe('facts from before the fork', () => {
  const plan = planOf(
    [
      stateOf('first', async ({ io }) => {
        await io.recordValue('colour', 'red')
        await io.call({ namespace: 'test', request: 1, factKey: 'price' })
      }),
      stateOf('second', async ({ io, context }) => {
        const { response } = await io.call({ namespace: 'test', request: 1, factKey: 'price' })
        const known = [await io.getRecordedFact('colour'), await io.getRecordedFact('none')]
        await io.recordValue('colour', 'red')
        context.write('seen', [response, known[0] ?? null, known[1] ?? null])
      }),
    ],
    [['first', 'second']],
  )

  it('answer where they are asked for by their key', async () => {
    const bench = new Bench()
    await bench.engine.start({ plan, runConfig: config(), runId: RUN, outputKey: 'seen' })
    bench.calls = 0
    const report = await fork(bench, { plan, at: 'second' })
    expect(bench.calls).toBe(0)
    expect(report.outputs.differences).toEqual([])
    expect(report.states[0]?.isSameSnapshot).toBe(true)
    expect(await metas(bench)).toMatchObject([
      { namespace: 'test', stateId: 'demo.main.first', ordinal: 1 },
      {},
    ])
    expect(await bench.engine.verify({ plan, runId: CHILD })).toMatchObject({
      verdict: 'identical',
    })
  })
})

describe('another workflow', () => {
  it('of the same op may plan other states: what had completed stays so', async () => {
    const bench = await recorded()
    const { states, edges, ...op } = shop({ note: 'new' })
    const early = stateOf('early', async ({ context }) => {
      context.write('early', true)
    })
    const plan = { ...op, opVersion: 'v2', states: [early, ...states], edges }
    const report = await fork(bench, { plan })
    expect(changes(report)).toEqual({
      early: 'only_fork',
      buy_one: 'unchanged',
      buy_two: 'unchanged',
      add: 'changed',
    })
    expect(report.states.at(-1)?.differences).toEqual([{ pointer: '/note', fork: 'new' }])
    expect(await bench.engine.verify({ plan, runId: CHILD })).toMatchObject({
      verdict: 'identical',
    })
    const other = { ...shop(), opId: 'other' as Plan['opId'] }
    await expect(fork(bench, { plan: other, runId: undefined })).rejects.toMatchObject({
      code: 'plan_op_mismatch',
    })
  })
})

describe('stores without a common commit', () => {
  it('hold a fork as well', async () => {
    const { atomic: _, ...separate } = openMemoryStores()
    const bench = await recorded(shop(), separate)
    const report = await fork(bench, { facts: [{ fact: 'buy_two#0', value: { n: 40 } }] })
    expect(report).toMatchObject({ phase: 'completed', outputs: { fork: 41 } })
    const { facts } = (await fingerprint(bench, CHILD)) as { facts: unknown[] }
    expect(facts).toHaveLength(6)
    expect(await bench.engine.verify({ plan: shop(), runId: CHILD })).toMatchObject({
      verdict: 'identical',
    })
  })
})
