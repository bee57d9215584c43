import type { Plan } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { CHILD, fingerprint, fork, recorded, shop } from '../../test/fork.fixture.ts'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN } from '../../test/run.fixture.ts'

describe('what the parent did not record', () => {
  it('ends the fork, and nothing has been written', async () => {
    const bench = await recorded()
    const request = { plan: shop({ item: 'coffee' }) }
    await expect(fork(bench, request)).rejects.toMatchObject({
      code: 'missing_fact',
      kind: 'missing_fact',
      details: { stateId: 'demo.main.buy_one', nearest: [expect.anything(), expect.anything()] },
      help: expect.stringContaining('--live'),
    })
    expect(bench.calls).toBe(0)
    expect(await fingerprint(bench, CHILD)).toEqual({ events: [], facts: [] })
  })

  it('is performed and recorded where live calls are allowed, and the rest is not', async () => {
    const bench = await recorded()
    bench.calls = 100
    const report = await fork(bench, { plan: shop({ item: 'coffee' }), live: true })
    expect(bench.calls).toBe(101)
    expect(report).toMatchObject({
      phase: 'completed',
      facts: { reused: 5, recorded: 1, unused: 1 },
      outputs: { fork: 103 },
    })
    expect(report.states[0]?.facts).toMatchObject({
      recordedKeys: [expect.stringContaining('mfm:test|')],
      unusedKeys: [expect.stringContaining('mfm:test|')],
    })
    expect(
      await bench.engine.verify({ plan: shop({ item: 'coffee' }), runId: CHILD }),
    ).toMatchObject({ verdict: 'identical', context: { sum: 103 } })
    const seqs = (await bench.envelopes(CHILD)).map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  })

  it('includes times and noise', async () => {
    const plan = (times: number): Plan =>
      planOf([
        stateOf('s', async ({ context, io }) => {
          const all = Array.from({ length: times }, () => io.nowMillis())
          context.write('at', await Promise.all(all))
          context.write('noise', [...(await io.randomBytes(times))])
        }),
      ])
    const bench = new Bench()
    await bench.engine.start({ plan: plan(1), runConfig: config(), runId: RUN, outputKey: 'at' })
    await expect(fork(bench, { plan: plan(2), at: 's' })).rejects.toMatchObject({
      code: 'missing_fact',
    })
    bench.now = 5_000
    const report = await fork(bench, { plan: plan(2), at: 's', live: true })
    expect(report.outputs).toMatchObject({ parent: [1_000], fork: [1_000, 5_000] })
    expect(await bench.engine.verify({ plan: plan(2), runId: CHILD })).toMatchObject({
      verdict: 'identical',
    })
  })

  it('includes a key that was asked with another request', async () => {
    const plan = (n: number): Plan =>
      planOf([
        stateOf('s', async ({ context, io }) => {
          const { response } = await io.call({
            namespace: 'test',
            request: { n },
            factKey: 'mine',
          })
          context.write('got', response)
        }),
      ])
    const bench = new Bench()
    await bench.engine.start({ plan: plan(1), runConfig: config(), runId: RUN, outputKey: 'got' })
    await expect(fork(bench, { plan: plan(2), at: 's' })).rejects.toMatchObject({
      code: 'fact_diverged',
    })
    const report = await fork(bench, { plan: plan(2), at: 's', live: true })
    expect(report).toMatchObject({ facts: { recorded: 1 }, outputs: { fork: { n: 2 } } })
  })

  it('fails live as in any run, and is tried again', async () => {
    const bench = await recorded()
    bench.answer = () => {
      if (bench.calls < 2) throw new MfmError('http_timeout')
      return { n: 50 }
    }
    const plan = shop({ item: 'coffee' })
    const report = await fork(bench, { plan, live: true })
    expect(report).toMatchObject({ phase: 'completed', outputs: { fork: 52 } })
    expect(await bench.engine.verify({ plan, runId: CHILD })).toMatchObject({
      verdict: 'identical',
      counts: { attempts: 4 },
    })
  })

  it('stops with the process, and is resumed as any run', async () => {
    const bench = await recorded()
    const plan = shop({ item: 'coffee' })
    bench.failpoints.arm('before_run_completed')
    const report = await fork(bench, { plan, live: true })
    expect(report.phase).toBe('running')
    const { calls } = bench
    expect(await bench.engine.resume({ plan, runId: CHILD })).toMatchObject({ phase: 'completed' })
    expect(bench.calls).toBe(calls)
    expect(await bench.engine.verify({ plan, runId: CHILD })).toMatchObject({
      verdict: 'identical',
    })
  })

  it('finds everything on the stream that led to it, and is there before it is seen', async () => {
    const bench = await recorded()
    const types = async (): Promise<string[]> =>
      (await bench.envelopes(CHILD)).map(({ event }) => event.type)
    let before: string[] = []
    let after: string[] = []
    bench.answer = async () => {
      before = await types()
      return { n: 50 }
    }
    const { states, edges, ...op } = shop({ item: 'coffee' })
    const clock = stateOf('clock', async ({ io }) => {
      await io.nowMillis()
      after = await types()
    })
    const plan = { ...op, states: [clock, ...states], edges }
    expect(await fork(bench, { plan, live: true })).toMatchObject({ phase: 'completed' })
    expect(after).toEqual(['run_started', 'history_summarized', 'state_entered', 'fact_recorded'])
    expect(before).toEqual([...after, 'state_completed', 'state_entered'])
  })

  it('finds the answers of the parent on the stream as well', async () => {
    const plan = (item: string): Plan =>
      planOf([
        stateOf('s', async ({ io }) => {
          await io.call({ namespace: 'test', request: 'known' })
          await io.call({ namespace: 'test', request: item })
        }),
      ])
    const bench = new Bench()
    await bench.engine.start({ plan: plan('old'), runConfig: config(), runId: RUN })
    let facts = 0
    bench.answer = async () => {
      const stream = await bench.envelopes(CHILD)
      facts = stream.filter(({ event }) => event.type === 'fact_recorded').length
      return null
    }
    await fork(bench, { plan: plan('new'), at: 's', live: true })
    expect(facts).toBe(1)
  })
})
