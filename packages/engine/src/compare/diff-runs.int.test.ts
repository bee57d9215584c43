import type { JsonObject, JsonValue, Plan, RunConfig, RunId } from '@mfm/core-types'
import { UNKNOWN_PROVENANCE } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'
import { diffRuns } from './diff-runs.ts'
import type { RunDiff } from './run-diff.ts'

const OTHER = '99999999-2222-4333-8444-555555555555' as RunId

interface Shop {
  readonly items?: readonly string[]
  readonly key?: string
  readonly note?: JsonValue
}

/** Asks for prices, looks at the clock, draws a number, adds up. */
function shop({ items = ['tea', 'milk'], key, note = 'thanks' }: Shop = {}): Plan {
  const ask = stateOf('ask', async ({ context, io, events }) => {
    const prices: JsonValue[] = []
    for (const item of items) {
      const request = { item, currency: 'eur' }
      prices.push((await io.call({ namespace: 'test', request, factKey: key })).response)
    }
    context.write('prices', prices)
    context.write('at', await io.nowMillis())
    context.write('noise', [...(await io.randomBytes(2))])
    await events.emit('asked', { items: [...items] })
  })
  const add = stateOf('add', async ({ context }) => {
    const prices = (await context.read('prices')) as JsonValue[]
    context.write('bill', { count: prices.length, prices, note })
  })
  return planOf([ask, add], [['ask', 'add']])
}

interface Start {
  readonly plan?: Plan
  readonly input?: JsonValue
  readonly context?: JsonObject
  readonly runConfig?: RunConfig
}

class Pair {
  readonly bench: Bench
  readonly reads: string[] = []

  constructor() {
    const stores = openMemoryStores()
    const get = stores.artifacts.get.bind(stores.artifacts)
    stores.artifacts.get = async (id, options) => {
      this.reads.push(id)
      return await get(id, options)
    }
    this.bench = new Bench(stores, { randomBytes: (length) => new Uint8Array(length).fill(7) })
    this.bench.answer = (request) => ({
      price: JSON.stringify(request).length,
      body: '{"n":[1,2]}',
    })
  }

  async start(runId: RunId, { plan = shop(), ...rest }: Start = {}): Promise<void> {
    await this.bench.engine.start({
      plan,
      runId,
      runConfig: config({ retry: retries(2) }),
      outputKey: 'bill',
      ...rest,
    })
  }

  async diff(limit?: number): Promise<RunDiff> {
    this.reads.length = 0
    const { stores } = this.bench
    return await diffRuns({ stores, runId: RUN }, { stores, runId: OTHER }, { limit })
  }
}

async function diffOf(a: Start, b: Start): Promise<RunDiff> {
  const pair = new Pair()
  await pair.start(RUN, a)
  await pair.start(OTHER, b)
  return await pair.diff()
}

const kinds = ({ differences }: RunDiff): string[] => differences.map(({ kind }) => kind)

describe('two equal runs', () => {
  it('are the same, and no document is read to tell', async () => {
    const pair = new Pair()
    await pair.start(RUN)
    await pair.start(OTHER)
    expect(await pair.diff()).toMatchObject({
      verdict: 'same',
      differences: [],
      documentsRead: 0,
      a: { runId: RUN, phase: 'completed', facts: 4 },
      b: { runId: OTHER, phase: 'completed', facts: 4 },
    })
    expect(pair.reads).toEqual([])
  })

  it('are the same whatever the clock of the machine said and wherever they ran', async () => {
    const pair = new Pair()
    const plan = planOf(['a', 'b'], [['a', 'b']])
    await pair.start(RUN, { plan })
    pair.bench.now += 5_000
    await pair.bench.engine.start({
      plan,
      runId: OTHER,
      runConfig: config({ retry: retries(2) }),
      outputKey: 'bill',
      provenance: { ...UNKNOWN_PROVENANCE, sourceRevision: 'b0' },
    })
    const diff = await pair.diff()
    expect(diff).toMatchObject({
      verdict: 'same',
      provenance: [{ pointer: '/sourceRevision', a: null, b: 'b0' }],
      timing: { totalA: 0, totalB: 0, states: [{ stateId: 'demo.main.a' }, {}] },
    })
  })

  it('are the same where one of them crashed on the way', async () => {
    const pair = new Pair()
    await pair.start(RUN)
    pair.bench.failpoints.arm('after_handler')
    await pair.start(OTHER)
    await pair.bench.engine.resume({ plan: shop(), runId: OTHER })
    const diff = await pair.diff()
    expect(diff).toMatchObject({ verdict: 'same', a: { outsideEnds: 0 }, b: { outsideEnds: 1 } })
  })

  it('may be kept in different stores', async () => {
    const [one, two] = [new Pair(), new Pair()]
    await one.start(RUN)
    await two.start(RUN, { plan: shop({ note: 'bye' }) })
    const diff = await diffRuns(
      { stores: one.bench.stores, runId: RUN },
      { stores: two.bench.stores, runId: RUN },
    )
    expect(diff.differences).toMatchObject([
      { kind: 'context_changed', rows: [{ pointer: '/bill/note', a: 'thanks', b: 'bye' }] },
      { kind: 'output_changed', rows: [{ pointer: '/note', a: 'thanks', b: 'bye' }] },
    ])
  })
})

describe('a fork and its parent', () => {
  it('are the same where nothing was edited, whatever the fork has from its parent', async () => {
    const pair = new Pair()
    await pair.start(RUN)
    await pair.bench.engine.fork({ parentId: RUN, at: 'add', plan: shop(), runId: OTHER })
    expect(await pair.diff()).toMatchObject({ verdict: 'same', differences: [] })
  })

  it('differ in what was edited and in what came of it', async () => {
    const pair = new Pair()
    await pair.start(RUN)
    await pair.bench.engine.fork({
      parentId: RUN,
      at: 'add',
      plan: shop(),
      runId: OTHER,
      context: [{ key: 'prices', value: [] }],
    })
    const diff = await pair.diff()
    expect(kinds(diff)).toEqual(['context_changed', 'context_changed', 'output_changed'])
    expect(diff.differences).toMatchObject([
      { stateId: null, rows: [{ pointer: '/prices/0' }, { pointer: '/prices/1' }] },
      { stateId: 'demo.main.add', rows: [{ pointer: '/bill/count', a: 2, b: 0 }, {}, {}] },
      {},
    ])
  })
})

describe('a fact', () => {
  it('whose answer differs comes first, down to the place in its body, and then what followed', async () => {
    const pair = new Pair()
    await pair.start(RUN)
    const { answer } = pair.bench
    pair.bench.answer = (request) =>
      JSON.stringify(request).includes('milk')
        ? { price: 32, body: '{"n":[1,3]}' }
        : answer(request)
    await pair.start(OTHER)
    const diff = await pair.diff()
    expect(diff.differences).toMatchObject([
      {
        kind: 'answer_changed',
        stateId: 'demo.main.ask',
        fact: { a: { namespace: 'test', ordinal: 1 }, b: { ordinal: 1, outcome: 'answered' } },
        rows: [{ pointer: '/body', within: '/n/1', a: 2, b: 3 }],
      },
      { kind: 'context_changed', stateId: 'demo.main.ask', rows: [{ pointer: '/prices/1/body' }] },
      {
        kind: 'context_changed',
        stateId: 'demo.main.add',
        rows: [{ pointer: '/bill/prices/1/body' }],
      },
      { kind: 'output_changed', stateId: null, rows: [{ pointer: '/prices/1/body' }] },
    ])
    expect(diff.verdict).toBe('different')
  })

  it('of time or noise is matched although its key holds the id of the run', async () => {
    const pair = new Pair()
    await pair.start(RUN)
    pair.bench.now = 2_000
    await pair.start(OTHER)
    const diff = await pair.diff()
    expect(diff.differences.slice(0, 2)).toMatchObject([
      {
        kind: 'answer_changed',
        fact: { a: { namespace: 'now_millis' } },
        rows: [{ a: 1000, b: 2000 }],
      },
      { kind: 'context_changed', rows: [{ pointer: '/at', a: 1000, b: 2000 }] },
    ])
    expect(diff.counts).toMatchObject({ answer_changed: 1, fact_added: 0, fact_removed: 0 })
  })

  it.each([
    [
      'changed',
      ['tea', 'cream'],
      [{ kind: 'request_changed', rows: [{ pointer: '/item', a: 'milk', b: 'cream' }] }],
    ],
    [
      'changed before a call that is the same',
      ['coffee', 'milk'],
      [{ kind: 'request_changed', rows: [{ pointer: '/item', a: 'tea', b: 'coffee' }] }],
    ],
    [
      'added',
      ['tea', 'jam', 'milk'],
      [{ kind: 'fact_added', fact: { a: null }, rows: [{ b: { item: 'jam' } }] }],
    ],
    [
      'removed',
      ['milk'],
      [{ kind: 'fact_removed', fact: { b: null }, rows: [{ a: { item: 'tea' } }] }],
    ],
    ['repeated', ['tea', 'milk', 'tea'], [{ kind: 'fact_added', fact: { b: { ordinal: 2 } } }]],
  ])('of a call that was %s', async (_what, items, expected) => {
    const diff = await diffOf({}, { plan: shop({ items }) })
    expect(diff.differences.filter(({ fact }) => fact !== null)).toMatchObject(expected)
  })

  it('is matched by its request where the caller chose another key', async () => {
    const one = { items: ['tea'] }
    const diff = await diffOf(
      { plan: shop({ ...one, key: 'k' }) },
      { plan: shop({ ...one, key: 'l' }) },
    )
    expect(diff.verdict).toBe('same')
  })

  it('with the same chosen key and another request is a changed request', async () => {
    const diff = await diffOf(
      { plan: shop({ items: ['tea'], key: 'k' }) },
      { plan: shop({ items: ['rum'], key: 'k' }) },
    )
    expect(diff.differences[0]).toMatchObject({
      kind: 'request_changed',
      fact: { a: { key: 'k' }, b: { key: 'k' } },
      rows: [{ pointer: '/item', a: 'tea', b: 'rum' }],
    })
  })

  it('that failed before it was answered is one more', async () => {
    const pair = new Pair()
    await pair.start(RUN)
    const { answer } = pair.bench
    let failed = false
    pair.bench.answer = (request) => {
      if (failed) return answer(request)
      failed = true
      throw new MfmError('http_timeout')
    }
    await pair.start(OTHER)
    const diff = await pair.diff()
    expect(diff.counts).toMatchObject({ fact_added: 1, attempts_changed: 1, output_changed: 0 })
    expect(diff.differences).toContainEqual(
      expect.objectContaining({
        kind: 'attempts_changed',
        stateId: 'demo.main.ask',
        rows: expect.arrayContaining([{ pointer: '/0/outcome', a: 'completed', b: 'failed' }]),
      }),
    )
  })
})

describe('a call that was answered in one run and failed in the other', () => {
  it('has another outcome', async () => {
    const pair = new Pair()
    await pair.start(RUN, { plan: shop({ items: ['tea'] }) })
    pair.bench.answer = () => {
      throw new MfmError('http_timeout', { message: 'slow' })
    }
    await pair.start(OTHER, { plan: shop({ items: ['tea'] }) })
    const [first] = (await pair.diff()).differences
    expect(first).toMatchObject({
      kind: 'answer_changed',
      fact: { a: { outcome: 'answered' }, b: { outcome: 'failed' } },
      rows: expect.arrayContaining([{ pointer: '/outcome', a: 'answered', b: 'failed' }]),
    })
  })
})

describe('what was started', () => {
  it('is compared: input, settings, plan', async () => {
    const diff = await diffOf(
      { input: { who: 'Ada' }, context: { who: 'Ada' } },
      {
        input: { who: 'Bob' },
        context: { who: 'Bob' },
        runConfig: config({ retry: retries(5) }),
        plan: planOf(
          [...shop().states, stateOf('more')],
          [
            ['ask', 'add'],
            ['add', 'more'],
          ],
        ),
      },
    )
    expect(kinds(diff)).toEqual([
      'plan_changed',
      'input_changed',
      'settings_changed',
      'attempts_changed',
    ])
    expect(diff.differences).toMatchObject([
      { rows: [{ pointer: '/states/2' }, { pointer: '/edges/1' }] },
      { rows: [{ pointer: '/who', a: 'Ada', b: 'Bob' }] },
      { rows: [{ pointer: '/runConfig/retry/maxAttempts', a: 2, b: 5 }] },
      { stateId: 'demo.main.more', rows: [{ b: { outcome: 'completed' } }] },
    ])
  })

  it('with another first context and no other input is told as a context', async () => {
    const diff = await diffOf({ context: { from: 1 } }, { context: { from: 2 } })
    expect(diff.differences).toMatchObject([
      { kind: 'context_changed', stateId: null, rows: [{ pointer: '/from', a: 1, b: 2 }] },
    ])
  })
})

describe('an end', () => {
  it('that is another is told, with the audit events and the attempts that led there', async () => {
    const bad = planOf(
      [
        stateOf('ask', async ({ events }) => {
          await events.emit('asked', { items: [] })
          throw new MfmError('http_timeout', { message: 'slow' })
        }),
        stateOf('add'),
      ],
      [['ask', 'add']],
    )
    const diff = await diffOf({}, { plan: bad })
    expect(diff.differences.at(-1)).toMatchObject({
      kind: 'end_changed',
      rows: [{ pointer: '/status', a: 'completed', b: 'failed' }],
    })
    expect(diff.counts).toMatchObject({ fact_removed: 4, attempts_changed: 2, event_changed: 1 })
  })
})

describe('a difference in a large context', () => {
  it('costs the path to it', async () => {
    const big = (value: string): JsonObject =>
      Object.fromEntries(
        Array.from({ length: 400 }, (_, n) => [`key_${n}`, n === 17 ? value : 'x'.repeat(80)]),
      )
    const pair = new Pair()
    const plan = planOf(
      ['a', 'b', 'c'],
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
    )
    await pair.start(RUN, { plan, context: big('one') })
    await pair.start(OTHER, { plan, context: big('two') })
    const diff = await pair.diff()
    expect(diff.differences).toMatchObject([
      { kind: 'context_changed', rows: [{ pointer: '/key_17' }] },
    ])
    expect(diff.documentsRead).toBeLessThan(8)
  })
})

describe('a limit', () => {
  it('bounds what is listed and read, and counts the rest', async () => {
    const pair = new Pair()
    await pair.start(RUN, { plan: shop({ items: Array.from({ length: 30 }, (_, n) => `a${n}`) }) })
    await pair.start(OTHER, {
      plan: shop({ items: Array.from({ length: 30 }, (_, n) => `b${n}`) }),
    })
    const diff = await pair.diff(2)
    expect(diff.counts.request_changed).toBe(30)
    expect(kinds(diff).filter((kind) => kind === 'request_changed')).toHaveLength(2)
    expect(diff.documentsRead).toBeLessThan(20)
  })
})

describe('a run that is not there', () => {
  it('is refused', async () => {
    const pair = new Pair()
    await pair.start(RUN)
    await expect(pair.diff()).rejects.toMatchObject({ code: 'run_not_found' })
  })
})
