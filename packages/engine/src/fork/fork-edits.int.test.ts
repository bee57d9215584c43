import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { CHILD, changes, fingerprint, fork, recorded, shop } from '../../test/fork.fixture.ts'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'
import type { ForkRequest } from './fork-request.ts'

describe('an edit', () => {
  it('of a fact changes what follows from it, and nothing else', async () => {
    const bench = await recorded()
    const report = await fork(bench, { facts: [{ fact: 'demo.main.buy_two#0', value: { n: 40 } }] })
    expect(bench.calls).toBe(0)
    expect(changes(report)).toEqual({ buy_one: 'unchanged', buy_two: 'changed', add: 'changed' })
    expect(report.states.map(({ isSameSnapshot }) => isSameSnapshot)).toEqual([true, false, false])
    expect(report.states[1]).toMatchObject({
      differences: [{ pointer: '/two/n', parent: 2, fork: 40 }],
      facts: { reused: 3, edited: 1, recorded: 0, unused: 0 },
    })
    expect(report.states[2]?.differences).toEqual([{ pointer: '/sum', parent: 3, fork: 41 }])
    expect(report.outputs.differences).toEqual([{ pointer: '', parent: 3, fork: 41 }])
    expect(await bench.engine.verify({ plan: shop(), runId: CHILD })).toMatchObject({
      verdict: 'identical',
      context: { sum: 41 },
    })
  })

  it('of a state leaves states alone that do not read it', async () => {
    const bench = await recorded()
    const report = await fork(bench, { facts: [{ fact: 'buy_one#0', value: { n: 5 } }] })
    expect(changes(report)).toEqual({ buy_one: 'changed', buy_two: 'unchanged', add: 'changed' })
  })

  it('of a time and of noise takes the place of what was recorded', async () => {
    const bench = await recorded()
    const report = await fork(bench, {
      facts: [
        { fact: 'buy_one#1', value: 7 },
        { fact: 'buy_one#2', value: [1, 2, 3, 4] },
      ],
    })
    const context = await bench.engine.readContext(report.finalSnapshotId)
    expect(context).toMatchObject({ one_at: 7, one_noise: [1, 2, 3, 4], sum: 3 })
    expect(await bench.engine.verify({ plan: shop(), runId: CHILD })).toMatchObject({
      verdict: 'identical',
    })
  })

  it.each([false, true])('changes the values that the code gives (live: %s)', async (live) => {
    const plan = planOf([
      stateOf('s', async ({ io, context }) => {
        const { response } = await io.call({ namespace: 'test', request: {} })
        await io.recordValue('seen', response)
        context.write('got', await io.recordValue('seen', response))
      }),
    ])
    const bench = new Bench()
    await bench.engine.start({ plan, runConfig: config(), runId: RUN, outputKey: 'got' })
    const facts = [{ fact: 's#0', value: 'mine' }]
    const report = await fork(bench, { plan, at: 's', facts, live })
    expect(report).toMatchObject({
      phase: 'completed',
      facts: { reused: 1, edited: 1, recorded: 1, unused: 1 },
    })
    expect((await bench.envelopes(CHILD)).map(({ event }) => event)).toContainEqual(
      expect.objectContaining({
        key: 'seen',
        meta: expect.objectContaining({ namespace: 'value', stateId: 'demo.main.s', ordinal: 1 }),
      }),
    )
    const replayed = await bench.engine.replay({ plan, runId: CHILD })
    expect(replayed).toMatchObject({
      verdict: 'identical',
      finalSnapshotId: report.finalSnapshotId,
    })
  })

  it('of the context is where the fork begins', async () => {
    const bench = await recorded()
    const report = await fork(bench, { at: 'add', context: [{ key: 'two', value: { n: 0 } }] })
    expect(report).toMatchObject({
      outputs: { parent: 3, fork: 1 },
      edits: { at: 'demo.main.add', context: [{ key: 'two', value: { n: 0 } }] },
      facts: { reused: 0, unused: 0 },
    })
    expect(await bench.engine.verify({ plan: shop(), runId: CHILD })).toMatchObject({
      verdict: 'identical',
      context: { sum: 1 },
    })
  })

  it('is written in the manifest', async () => {
    const bench = await recorded()
    await fork(bench, { facts: [{ fact: 'buy_two#0', value: { n: 40 } }] })
    const [first] = await bench.envelopes(CHILD)
    if (first?.event.type !== 'run_started') throw new Error('no start')
    expect(first.event.parent).toEqual({ runId: RUN, seq: 3 })
    const bytes = await bench.stores.artifacts.get(first.event.manifestId)
    expect(JSON.parse(Buffer.from(bytes).toString('utf8'))).toMatchObject({
      v: 2,
      input: { who: 'Ada' },
      outputKey: 'sum',
      fork: {
        at: 'demo.main.buy_one',
        facts: [{ key: expect.stringContaining('demo.main.buy_two'), value: { n: 40 } }],
        context: [],
      },
    })
  })

  it.each([false, true])(
    'answers again in the attempt after one that failed (live: %s)',
    async (live) => {
      const plan = planOf([
        stateOf('s', async ({ io, context }) => {
          const { response } = await io.call({ namespace: 'test', request: 'first' })
          await io.call({ namespace: 'test', request: 'second' })
          context.write('got', response)
        }),
      ])
      const bench = new Bench()
      bench.answer = () => {
        if (bench.calls === 2) throw new MfmError('http_timeout')
        return bench.calls
      }
      const runConfig = config({ retry: retries(2) })
      await bench.engine.start({ plan, runConfig, runId: RUN, outputKey: 'got' })
      const facts = [{ fact: 's#0', value: 'mine' }]
      const report = await fork(bench, { plan, at: 's', facts, live })
      expect(report).toMatchObject({ phase: 'completed', outputs: { parent: 1, fork: 'mine' } })
      expect(await bench.engine.verify({ plan, runId: CHILD })).toMatchObject({
        verdict: 'identical',
        counts: { attempts: 2 },
      })
    },
  )

  it('of a failure changes the failure', async () => {
    const flaky = stateOf('s', async ({ io, context }) => {
      try {
        await io.call({ namespace: 'test', request: {} })
      } catch (error) {
        context.write('code', error instanceof MfmError ? error.code : '?')
      }
    })
    const plan = planOf([flaky])
    const bench = new Bench()
    bench.answer = () => {
      throw new MfmError('http_timeout')
    }
    await bench.engine.start({ plan, runConfig: config(), runId: RUN, outputKey: 'code' })
    const same = await fork(bench, { plan, at: 's' })
    expect(same.outputs).toMatchObject({ parent: 'http_timeout', fork: 'http_timeout' })
    const value = {
      code: 'http_failed',
      category: 'rpc',
      retryable: true,
      message: 'gone',
      details: null,
    }
    const request = { plan, at: 's', runId: undefined }
    const report = await fork(bench, { ...request, facts: [{ fact: 's#0', value }] })
    expect(report.outputs).toMatchObject({ fork: 'http_failed' })
    await expect(
      fork(bench, { ...request, facts: [{ fact: 's#0', value: 'gone' }] }),
    ).rejects.toMatchObject({ code: 'fork_edit_invalid' })
  })
})

describe('a fork is refused', () => {
  const refusals: readonly (readonly [string, Partial<ForkRequest>, object])[] = [
    [
      'at a state that was never entered',
      { at: 'nowhere' },
      {
        code: 'fork_state_unknown',
        details: { states: ['open', 'buy_one', 'buy_two', 'add'].map((id) => `demo.main.${id}`) },
      },
    ],
    [
      'for a fact that was not recorded',
      { facts: [{ fact: 'buy_tow#0', value: 1 }] },
      {
        code: 'fork_fact_unknown',
        details: {
          nearest: expect.arrayContaining([expect.objectContaining({ at: 'demo.main.buy_two#0' })]),
        },
      },
    ],
    [
      'for the beginning of several keys',
      { facts: [{ fact: 'mfm:test|', value: 1 }] },
      { code: 'fork_fact_unknown' },
    ],
    [
      'for a fact from before it',
      { at: 'buy_two', facts: [{ fact: 'buy_one#0', value: 1 }] },
      { code: 'fork_edit_invalid', details: { stateId: 'demo.main.buy_one' } },
    ],
    [
      'for a time that is none',
      { facts: [{ fact: 'buy_one#1', value: 'noon' }] },
      { code: 'fork_edit_invalid' },
    ],
    [
      'for noise of another length',
      { facts: [{ fact: 'buy_one#2', value: [1] }] },
      { code: 'fork_edit_invalid' },
    ],
    [
      'for one fact twice',
      {
        facts: [
          { fact: 'buy_one#0', value: 1 },
          { fact: 'buy_one#0', value: 2 },
        ],
      },
      { code: 'fork_edit_invalid' },
    ],
    [
      'for one context key twice',
      {
        context: [
          { key: 'a', value: 1 },
          { key: 'a', value: 2 },
        ],
      },
      { code: 'fork_edit_invalid' },
    ],
    [
      'for a secret in a fact',
      { facts: [{ fact: 'buy_one#0', value: { password: 'hunter2-hunter2' } }] },
      { code: 'secrets_detected' },
    ],
    [
      'for a secret in the context',
      { context: [{ key: 'password', value: 'hunter2-hunter2' }] },
      { code: 'secrets_detected' },
    ],
    ['under the id of a run', { runId: RUN }, { code: 'run_already_exists' }],
    ['of a run that is not there', { parentId: CHILD }, { code: 'run_not_found' }],
  ]

  it.each(refusals)('%s', async (_what, request, error) => {
    const bench = await recorded()
    const before = await fingerprint(bench)
    await expect(fork(bench, request)).rejects.toMatchObject(error)
    expect(await fingerprint(bench)).toEqual(before)
    expect(await fingerprint(bench, CHILD)).toEqual({ events: [], facts: [] })
  })

  it('for a secret also where a run would redact it', async () => {
    const bench = new Bench()
    const runConfig = config({ secrets: 'redact' })
    await bench.engine.start({ plan: shop(), runConfig, runId: RUN })
    const value = { password: 'hunter2-hunter2' }
    for (const edits of [
      { facts: [{ fact: 'buy_one#0', value }] },
      { context: [{ key: 'one', value }] },
    ]) {
      await expect(fork(bench, edits)).rejects.toMatchObject({ code: 'secrets_detected' })
    }
  })

  it('twice under one id', async () => {
    const bench = await recorded()
    await fork(bench)
    const before = await fingerprint(bench, CHILD)
    await expect(fork(bench)).rejects.toMatchObject({
      code: 'run_already_exists',
      kind: 'conflict',
    })
    expect(await fingerprint(bench, CHILD)).toEqual(before)
  })

  it('where two come at the same time, the second', async () => {
    const bench = await recorded()
    const outcomes = await Promise.allSettled([fork(bench), fork(bench)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('when it is interrupted before anything was written', async () => {
    const stop = new AbortController()
    const plan = planOf([stateOf('s', async () => stop.abort(new Error('stop')))])
    const bench = new Bench()
    await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    const request = { plan, at: 's', signal: stop.signal }
    await expect(fork(bench, request)).rejects.toMatchObject({ code: 'attempt_interrupted' })
    expect(await bench.envelopes(CHILD)).toEqual([])
  })
})
