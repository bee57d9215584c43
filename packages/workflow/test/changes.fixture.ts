import { z } from 'zod'
import type { State } from '../src/index.ts'
import { state } from '../src/index.ts'
import type { ShopCode } from './shop.fixture.ts'
import { audit } from './shop.fixture.ts'

/** A change of the code or the settings, and what verify must say of it. */
export interface Change {
  readonly what: string
  readonly code: Partial<ShopCode>
  /** What must be said: the kind, the state and the first place; `identical` where there is nothing to say. */
  readonly said: readonly [kind: string, stateId: string | null, pointer: string] | 'identical'
  /** `different` where something is said that is no setting. */
  readonly verdict?: 'allowed'
}

const without = (states: readonly State[], id: string): State[] =>
  states.filter((one) => one.id !== id)

export const CHANGES: readonly Change[] = [
  {
    what: 'An argument of a call changed',
    code: { path: ({ item }) => `/price?item=${item.toUpperCase()}` },
    said: ['missing', 'quote', '/request/path'],
  },
  {
    what: 'An argument of a call under a chosen key changed',
    code: { hold: 2 },
    said: ['diverged', 'quote', '/request/hold'],
  },
  {
    what: 'The type of a value in a request changed',
    code: { body: ({ amount }) => ({ amount: String(amount) }) },
    said: ['missing', 'quote', '/request/body/json/amount'],
  },
  {
    what: 'A default was added to a request',
    code: { body: ({ amount }) => ({ amount, currency: 'eur' }) },
    said: ['missing', 'quote', '/request/body/json/currency'],
  },
  {
    what: 'A header changed',
    code: { headers: { accept: 'text/html', authorization: 'Bearer first-token-of-the-shop' } },
    said: ['missing', 'quote', '/request/headers/accept'],
  },
  {
    what: 'A secret was rotated',
    code: {
      headers: { accept: 'application/json', authorization: 'Bearer second-token-of-the-shop' },
    },
    said: 'identical',
  },
  {
    what: 'The namespace of a call changed',
    code: { namespace: 'storehouse' },
    said: ['missing', 'stock', '/namespace'],
  },
  {
    what: 'A call was added',
    code: { places: ['shelf', 'cellar', 'attic'] },
    said: ['missing', 'stock', '/request'],
  },
  {
    what: 'A call was added before the others',
    code: { places: ['attic', 'shelf', 'cellar'] },
    said: ['missing', 'stock', '/request/place'],
  },
  {
    what: 'A call was added before the others, which says allow-added itself',
    code: {
      places: ['attic', 'shelf', 'cellar'],
      policyOf: (place) => (place === 'attic' ? 'allow-added' : undefined),
    },
    said: ['missing', 'stock', '/request/place'],
    verdict: 'allowed',
  },
  {
    what: 'The same call was made once more',
    code: { places: ['shelf', 'cellar', 'shelf'] },
    said: ['exhausted', 'stock', '/occurrence'],
  },
  {
    what: 'A call was removed',
    code: { places: ['shelf'] },
    said: ['unused', 'stock', '/request'],
  },
  {
    what: 'Two calls were swapped',
    code: { places: ['cellar', 'shelf'] },
    said: ['order_changed', 'stock', '/ordinal'],
  },
  {
    what: 'The time was asked once more',
    code: {
      stamp: async (io) => {
        const at = await io.now()
        return { at, id: await io.uuid(), took: (await io.now()) - at }
      },
    },
    said: ['missing', 'note', '/namespace'],
  },
  {
    what: 'The time was asked after the noise and no longer before it',
    code: {
      stamp: async (io) => {
        const id = await io.uuid()
        return { at: await io.now(), id }
      },
    },
    said: ['missing', 'note', '/namespace'],
  },
  {
    what: 'Noise was no longer asked for',
    code: { stamp: async (io) => ({ at: await io.now(), id: 'none' }) },
    said: ['unused', 'note', '/namespace'],
  },
  {
    what: 'More noise was asked for',
    code: { stamp: async (io) => ({ at: await io.now(), id: [...(await io.randomBytes(32))] }) },
    said: ['diverged', 'note', '/value/length'],
  },
  {
    what: 'A library was upgraded and reads the answer in another way',
    code: {
      price: (answer) => z.object({ net: z.object({ price: z.json() }) }).parse(answer).net.price,
    },
    said: ['context_changed', 'quote', '/context/price'],
  },
  {
    what: 'A library was upgraded and refuses the answer',
    code: {
      price: () => {
        throw new TypeError('no member cost')
      },
    },
    said: ['outcome_changed', 'quote', '/error'],
  },
  {
    what: 'The type of a value that a state writes changed',
    code: { sum: (price, amount) => ({ value: String(price * amount), currency: 'eur' }) },
    said: ['context_changed', 'add', '/context/sum/value'],
  },
  {
    what: 'The payload of an audit event changed',
    code: { event: { by: 'shop' } },
    said: ['event_changed', 'add', '/payload/by'],
  },
  {
    what: 'A step was renamed',
    code: { stockId: 'inventory' },
    said: ['plan_changed', 'stock', '/states/1/id'],
  },
  {
    what: 'A step was added',
    code: {
      arrange: ([first, ...rest]) => [...(first === undefined ? [] : [first]), audit, ...rest],
    },
    said: ['plan_changed', 'audit', '/states/1'],
  },
  {
    what: 'A step was removed',
    code: { arrange: (states) => without(states, 'note') },
    said: ['plan_changed', 'note', '/states/2'],
  },
  {
    what: 'Two steps were swapped',
    code: {
      arrange: ([quote, stock, note, add]) =>
        [quote, note, stock, add].filter((one) => one !== undefined),
    },
    said: ['plan_changed', 'stock', '/states/1/id'],
  },
  {
    what: 'A step was given a tag',
    code: {
      arrange: (states) =>
        states.map((one) =>
          one.id === 'note'
            ? state('note', { writes: one.writes, tags: ['slow'], run: one.run })
            : one,
        ),
    },
    said: ['plan_changed', 'note', '/states/2/metadata/tags/0'],
  },
  {
    what: 'A context key was renamed',
    code: { sumKey: 'total' },
    said: ['plan_changed', 'add', '/states/3/metadata/writes/0'],
  },
  {
    what: 'Another context key became the output',
    code: { outputKey: 'price' },
    said: ['output_changed', null, '/outputKey'],
  },
  {
    what: 'The input got a member with a default',
    code: {
      input: z.object({
        item: z.string(),
        amount: z.number().default(1),
        gift: z.boolean().default(false),
      }),
    },
    said: ['input_changed', null, '/context/order/gift'],
  },
  {
    what: 'A default of the input changed that the run had not used',
    code: { input: z.object({ item: z.string(), amount: z.number().default(7) }) },
    said: 'identical',
  },
  {
    what: 'A retry was added',
    code: { runConfig: { retry: { maxAttempts: 3, backoff: { type: 'fixed', delayMillis: 0 } } } },
    said: ['settings_changed', null, '/retry/maxAttempts'],
  },
  {
    what: 'A timeout changed',
    code: { runConfig: { attemptDeadlineMillis: 5_000 } },
    said: ['settings_changed', null, '/attemptDeadlineMillis'],
  },
]
