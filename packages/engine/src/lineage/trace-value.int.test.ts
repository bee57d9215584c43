import type { JsonValue, Plan, StateMetadata } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'
import type { Lineage, LineageNode } from './lineage.ts'
import { traceValue } from './trace-value.ts'

const keys = (reads: readonly string[], writes: readonly string[]): Partial<StateMetadata> => ({
  reads,
  writes,
})

/** Price and stock are asked for apart, `bill` is made of both, `label` of neither. */
function shop(): Plan {
  const price = stateOf(
    'price',
    async ({ context, io }) => {
      const item = (await context.read('item')) as JsonValue
      const { response } = await io.call({ namespace: 'test', request: { price: item } })
      context.write('price', { value: response })
    },
    keys(['item'], ['price']),
  )
  const stock = stateOf(
    'stock',
    async ({ context, io }) => {
      context.write('stock', (await io.call({ namespace: 'test', request: 'stock' })).response)
      context.write('at', await io.nowMillis())
    },
    keys([], ['stock', 'at']),
  )
  const bill = stateOf(
    'bill',
    async ({ context }) => {
      const parts = [await context.read('price'), await context.read('stock')]
      context.write('bill', { parts: parts.map((part) => part ?? null), 'a/b': 1 })
    },
    keys(['price', 'stock'], ['bill']),
  )
  const label = stateOf(
    'label',
    async ({ context }) => context.write('label', 'x'),
    keys([], ['label']),
  )
  return planOf(
    [price, stock, bill, label],
    [
      ['price', 'stock'],
      ['stock', 'bill'],
      ['bill', 'label'],
    ],
  )
}

async function run(plan: Plan = shop(), bench = new Bench()): Promise<Bench> {
  await bench.engine.start({
    plan,
    runId: RUN,
    context: { item: 'tea' },
    runConfig: config({ retry: retries(3) }),
  })
  return bench
}

const trace = async ({ stores }: Bench, pointer: string, at?: string): Promise<Lineage> =>
  await traceValue(stores, {
    runId: RUN,
    pointer,
    at: at === undefined ? undefined : stateOf(at).id,
  })

/** A tree in short: key < state [requests] ( reads ). */
function inShort({ key, stateId, facts, reads, isRepeated }: LineageNode): string {
  const writer = stateId?.replace('demo.main.', '') ?? 'start'
  const used = facts.map(({ namespace, attempt }) => `${namespace}#${attempt}`).join(' ')
  const from = reads.map(inShort).join(', ')
  return `${key}<${writer}${isRepeated ? '…' : ''}[${used}](${from})`
}

describe('a value of the context', () => {
  it('comes from the state that wrote it, its facts, and what it read, and from nothing else', async () => {
    const bench = await run()
    const { root, value } = await trace(bench, '/bill/parts/0/value')
    expect(value).toEqual({ n: 1 })
    expect(inShort(root)).toBe(
      'bill<bill[](price<price[test#0](item<start[]()), stock<stock[test#0 now_millis#0]())',
    )
    expect(root.reads[0]?.facts[0]).toMatchObject({
      namespace: 'test',
      ordinal: 0,
      outcome: 'answered',
      request: { price: 'tea' },
    })
    expect(inShort((await trace(bench, '/label')).root)).toBe('label<label[]()')
    expect(inShort((await trace(bench, '/item')).root)).toBe('item<start[]()')
  })

  it('is found under a name that has to be escaped', async () => {
    expect((await trace(await run(), '/bill/a~1b')).value).toBe(1)
  })

  it('may be asked for as an earlier state left it', async () => {
    const count = (name: string) =>
      stateOf(
        name,
        async ({ context }) => context.write('n', Number((await context.read('n')) ?? 0) + 1),
        keys([], ['n']),
      )
    const bench = await run(
      planOf(
        [count('a'), count('b'), count('c')],
        [
          ['a', 'b'],
          ['b', 'c'],
        ],
      ),
    )
    expect(inShort((await trace(bench, '/n')).root)).toBe('n<c[](n<b[](n<a[]()))')
    const earlier = await trace(bench, '/n', 'b')
    expect([earlier.value, inShort(earlier.root)]).toEqual([2, 'n<b[](n<a[]())'])
  })

  it('names the state that changed it and not one that wrote the same again', async () => {
    const write = (name: string) =>
      stateOf(name, async ({ context }) => context.write('n', 1), keys([], ['n']))
    const bench = await run(planOf([write('a'), write('b')], [['a', 'b']]))
    expect(inShort((await trace(bench, '/n')).root)).toBe('n<a[]()')
  })

  it('may come from every key where a state declares nothing', async () => {
    const open = stateOf('open', async ({ context }) => context.write('sum', 1))
    const before = stateOf('before', async ({ context }) => context.write('x', 1), keys([], ['x']))
    const { root } = await trace(await run(planOf([before, open], [['before', 'open']])), '/sum')
    expect(root.readsAll).toBe(true)
    expect(inShort(root)).toBe('sum<open[](item<start[](), x<before[]())')
  })

  it('tells a part that several share once', async () => {
    const of = (name: string, reads: readonly string[]) =>
      stateOf(name, async ({ context }) => context.write(name, name), keys(reads, [name]))
    const plan = planOf(
      [of('a', ['item']), of('b', ['a']), of('c', ['a']), of('d', ['b', 'c'])],
      [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'd'],
      ],
    )
    const { root } = await trace(await run(plan), '/d')
    expect(inShort(root)).toBe('d<d[](b<b[](a<a[](item<start[]())), c<c[](a<a…[]()))')
  })
})

describe('the facts of a state that was entered more than once', () => {
  it('are those of the attempt that completed, and answers of earlier ones that it found', async () => {
    const bench = new Bench()
    bench.answer = (request) => {
      if (request === 'second' && bench.calls === 2) throw new MfmError('http_timeout')
      return bench.calls
    }
    const plan = planOf([
      stateOf(
        's',
        async ({ context, io }) => {
          await io.nowMillis()
          await io.call({ namespace: 'test', request: 'first' })
          context.write('v', (await io.call({ namespace: 'test', request: 'second' })).response)
        },
        keys([], ['v']),
      ),
    ])
    const { root } = await trace(await run(plan, bench), '/v')
    expect(inShort(root)).toBe('v<s[test#0 now_millis#1 test#1]()')
  })
})

describe('what is not there', () => {
  it.each([
    ['/nothing', ['/at', '/bill', '/item', '/label', '/price', '/stock']],
    ['', ['/at', '/bill', '/item', '/label', '/price', '/stock']],
    ['bill', ['/at', '/bill', '/item', '/label', '/price', '/stock']],
    ['/bill/nothing', ['/bill/a~1b', '/bill/parts']],
    ['/bill/parts/0/nothing/deeper', ['/bill/parts/0/value']],
    ['/item/x', ['/item']],
  ])('at %j is refused with what is', async (pointer, there) => {
    await expect(trace(await run(), pointer)).rejects.toMatchObject({
      code: 'run_value_not_found',
      kind: 'not_found',
      details: { there },
    })
  })

  it('is a state that did not complete', async () => {
    await expect(trace(await run(), '/bill', 'other')).rejects.toMatchObject({
      code: 'run_value_not_found',
      details: { there: ['price', 'stock', 'bill', 'label'].map((name) => `demo.main.${name}`) },
    })
  })
})
