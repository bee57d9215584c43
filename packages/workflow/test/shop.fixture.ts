import type { DivergencePolicy, JsonValue, RunConfig } from '@mfm/core-types'
import { jsonValueSchema } from '@mfm/core-types'
import { z } from 'zod'
import type { Op, State } from '../src/index.ts'
import { contextKey, defineOp, state } from '../src/index.ts'
import type { Io } from '../src/io.ts'

interface Order {
  readonly item: string
  readonly amount: number
}

/** The parts of the workflow that its authors may change. */
export interface ShopCode {
  readonly input: z.ZodType<Order>
  readonly path: (order: Order) => string
  readonly headers: Readonly<Record<string, string>>
  readonly body: (order: Order) => JsonValue
  /** What is taken from the answer of the shop. */
  readonly price: (answer: JsonValue) => JsonValue
  /** What the warehouse is asked to hold, under a key of its own. */
  readonly hold: number
  readonly namespace: string
  /** What is asked of the warehouse, one after the other. */
  readonly places: readonly string[]
  /** What the call about a place says of itself. */
  readonly policyOf: (place: string) => DivergencePolicy | undefined
  readonly stamp: (io: Io) => Promise<JsonValue>
  readonly sum: (price: number, amount: number) => JsonValue
  readonly event: JsonValue
  readonly sumKey: string
  readonly outputKey: 'sum' | 'price'
  readonly stockId: string
  readonly arrange: (states: readonly State[]) => readonly State[]
  readonly runConfig: Partial<RunConfig>
}

const CODE: ShopCode = {
  input: z.object({ item: z.string(), amount: z.number().default(1) }),
  path: ({ item }) => `/price?item=${item}`,
  headers: { accept: 'application/json', authorization: 'Bearer first-token-of-the-shop' },
  body: ({ amount }) => ({ amount }),
  price: (answer) => z.object({ price: z.number() }).parse(answer).price,
  hold: 1,
  namespace: 'warehouse',
  places: ['shelf', 'cellar'],
  policyOf: () => undefined,
  stamp: async (io) => ({ at: await io.now(), id: await io.uuid() }),
  sum: (price, amount) => ({ value: price * amount, currency: 'eur' }),
  event: {},
  sumKey: 'sum',
  outputKey: 'sum',
  stockId: 'stock',
  arrange: (states) => states,
  runConfig: {},
}

/** Asks a shop for a price and a warehouse for its stock, notes when and under which number, and adds up. */
export function shop(change: Partial<ShopCode> = {}): Op {
  const code = { ...CODE, ...change }
  const order = contextKey('order', code.input)
  const price = contextKey('price', jsonValueSchema)
  const stock = contextKey('stock', jsonValueSchema)
  const stamp = contextKey('stamp', jsonValueSchema)
  const sum = contextKey(code.sumKey, jsonValueSchema)

  const quote = state('quote', {
    reads: [order],
    writes: [price],
    run: async ({ context, io }) => {
      const given = await context.read(order)
      await io.call('warehouse', { hold: code.hold }, { key: 'hold' })
      const answer = await io.fetch(
        { endpoint: 'shop', path: code.path(given) },
        { method: 'POST', headers: code.headers, json: code.body(given) },
      )
      context.write(price, code.price(jsonValueSchema.parse(await answer.json())) ?? null)
    },
  })
  const count = state(code.stockId, {
    writes: [stock],
    run: async ({ context, io }) => {
      const counts: [string, JsonValue][] = []
      for (const place of code.places) {
        const divergence = code.policyOf(place)
        counts.push([place, await io.call(code.namespace, { place }, { divergence })])
      }
      context.write(stock, Object.fromEntries(counts))
    },
  })
  const note = state('note', {
    writes: [stamp],
    run: async ({ context, io }) => context.write(stamp, await code.stamp(io)),
  })
  const add = state('add', {
    reads: [order, price],
    writes: [sum],
    run: async ({ context, emit }) => {
      const { amount } = await context.read(order)
      const result = code.sum(z.number().parse(await context.read(price)), amount)
      await emit('added', code.event)
      context.write(sum, result)
    },
  })
  return defineOp({
    id: 'shop',
    version: 'v1',
    input: order,
    output: code.outputKey === 'sum' ? sum : price,
    states: code.arrange([quote, count, note, add]),
    runConfig: code.runConfig,
  })
}

/** A state that nobody had thought of. */
export const audit: State = state('audit', { run: async () => undefined })
