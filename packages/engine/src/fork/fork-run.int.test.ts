import type { EventEnvelope, JsonValue, Plan, RunId, Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'
import type { ForkReport } from './fork-report.ts'
import type { ForkRequest } from './fork-request.ts'

const CHILD = '22222222-2222-4333-8444-555555555555' as RunId

/** Buys two things, which do not depend on one another, and adds up. */
function shop(change: { readonly item?: string; readonly note?: string } = {}): Plan {
  const buy = (item: string, key: string) =>
    stateOf(`buy_${key}`, async ({ context, io }) => {
      const { response } = await io.call({ namespace: 'test', request: { item } })
      context.write(key, response)
      context.write(`${key}_at`, await io.nowMillis())
      context.write(`${key}_noise`, [...(await io.randomBytes(4))])
    })
  const add = stateOf('add', async ({ context, events }) => {
    const one = (await context.read('one')) as { n: number }
    const two = (await context.read('two')) as { n: number }
    const sum = one.n + two.n
    context.write('sum', sum)
    if (change.note !== undefined) context.write('note', change.note)
    await events.emit('added', { sum })
  })
  return planOf(
    [stateOf('open'), buy(change.item ?? 'tea', 'one'), buy('cake', 'two'), add],
    [
      ['open', 'buy_one'],
      ['buy_one', 'buy_two'],
      ['buy_two', 'add'],
    ],
  )
}

async function recorded(plan: Plan = shop(), stores?: Stores): Promise<Bench> {
  const bench = new Bench(stores)
  await bench.engine.start({
    plan,
    runConfig: config({ retry: retries(3, 50) }),
    runId: RUN,
    outputKey: 'sum',
    input: { who: 'Ada' },
  })
  bench.calls = 0
  return bench
}

async function fork(bench: Bench, request: Partial<ForkRequest> = {}): Promise<ForkReport> {
  return await bench.engine.fork({
    parentId: RUN,
    at: 'buy_one',
    plan: shop(),
    runId: CHILD,
    ...request,
  })
}

/** Stands for what the stores hold of a run. */
async function fingerprint(bench: Bench, runId: RunId = RUN): Promise<unknown> {
  const facts: unknown[] = []
  for await (const entry of bench.stores.facts.entries(runId)) facts.push(entry)
  return { events: await bench.envelopes(runId), facts: facts.sort() }
}

function snapshots(envelopes: readonly EventEnvelope[]): Map<string, string> {
  return new Map(
    envelopes.flatMap(({ event }) =>
      event.type === 'state_completed' ? [[event.stateId, event.contextSnapshotId]] : [],
    ),
  )
}

const changes = ({ states }: ForkReport): Record<string, string> =>
  Object.fromEntries(states.map(({ stateId, change }) => [stateId.split('.')[2], change]))

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
