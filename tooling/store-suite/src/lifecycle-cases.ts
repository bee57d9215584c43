import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { CallOptions, Stores } from '@mfm/core-types'
import { outcomes } from './expecting.ts'
import { bytesOf, collect, counted, idOf, newRun, seqsOf, upTo } from './samples.ts'
import type { StoreCase } from './store-case.ts'

/** Every call of the ports, by name. */
function callsOf(stores: Stores, options?: CallOptions): Map<string, () => Promise<unknown>> {
  const { events, artifacts, facts, atomic } = stores
  const run = newRun()
  const batch = { artifacts: [], bindings: [], events: counted({ run }, 1) }
  return new Map<string, () => Promise<unknown>>([
    ['headSeq', () => events.headSeq(run, options)],
    ['append', () => events.append(run, 0, counted({ run }, 1), options)],
    ['read', () => collect(events.read(run, {}, options))],
    ['listRuns', () => events.listRuns({}, options)],
    ['put', () => artifacts.put('output', bytesOf(run), options)],
    ['get', () => artifacts.get(idOf('x'), options)],
    ['exists', () => artifacts.exists(idOf('x'), options)],
    ['facts.get', () => facts.get(run, 'k', options)],
    ['bindIfUnset', () => facts.bindIfUnset(run, 'k', idOf('x'), options)],
    ['unbindIfMatches', () => facts.unbindIfMatches(run, 'k', idOf('x'), options)],
    ['entries', () => collect(facts.entries(run, options))],
    ['recordAtomically', async () => await atomic?.recordAtomically(run, 0, batch, options)],
  ])
}

function withWrongArguments({ events, artifacts, facts, atomic }: Stores): (() => unknown)[] {
  const wrong = [undefined, null, 7, {}, 'x'] as never[]
  return wrong.flatMap((bad) => [
    () => events.headSeq(bad),
    () => events.append(bad, bad, bad),
    () => events.append(newRun(), 0, bad),
    () => collect(events.read(bad)),
    () => collect(events.read(newRun(), { from: [bad] as never })),
    () => artifacts.put(bad, bad),
    () => artifacts.get(bad),
    () => artifacts.exists(bad),
    () => facts.get(bad, bad),
    () => facts.bindIfUnset(bad, bad, bad),
    () => facts.unbindIfMatches(bad, bad, bad),
    () => collect(facts.entries(bad)),
    () => atomic?.recordAtomically(bad, bad, bad),
    () => atomic?.recordAtomically(newRun(), 0, bad),
  ])
}

export const LIFECYCLE_CASES: readonly StoreCase[] = [
  {
    id: 'XX-01',
    title: 'no call throws where it is made, whatever it is given',
    run: async ({ open }) => {
      const stores = await open()
      for (const call of withWrongArguments(stores)) {
        const promise = call()
        if (promise === undefined) continue
        assert.ok(promise instanceof Promise)
        await assert.rejects(promise)
      }
      assert.deepEqual((await stores.events.listRuns()).items, [])
    },
  },
  {
    id: 'XX-05',
    title: 'a signal that is aborted before the call ends it with its reason',
    run: async ({ open }) => {
      const stores = await open()
      const reason = new Error('not any more')
      for (const call of callsOf(stores, { signal: AbortSignal.abort(reason) }).values()) {
        await assert.rejects(call(), (error) => error === reason)
      }
      assert.deepEqual((await stores.events.listRuns()).items, [])
    },
  },
  {
    id: 'XX-06',
    title: 'a signal that is aborted during the call leaves one of the two legal states',
    run: async ({ open }) => {
      const stores = await open()
      for (const round of upTo(20)) {
        const run = newRun()
        const controller = new AbortController()
        const { signal } = controller
        const appending = stores.events.append(run, 0, counted({ run }, 2), { signal })
        if (round % 2 === 0) controller.abort()
        else queueMicrotask(() => controller.abort())
        const settled = await appending.catch((error: unknown) => error)
        const head = await stores.events.headSeq(run)
        assert.deepEqual([settled, head], settled === 2 ? [2, 2] : [signal.reason, 0])
      }
    },
  },
  {
    id: 'XX-07',
    title: 'a thousand calls leave no listener on their signal',
    run: async ({ open }) => {
      const stores = await open()
      const { signal } = new AbortController()
      for (let round = 0; round < 90; round++) {
        await Promise.allSettled(Array.from(callsOf(stores, { signal }).values(), (call) => call()))
      }
      assert.equal(getEventListeners(signal, 'abort').length, 0)
    },
  },
  {
    id: 'XX-09',
    title: 'closing twice, at once and before use resolves',
    run: async ({ open, openOther }) => {
      const stores = await open()
      await Promise.all([stores.close(), stores.close(), stores.events.close()])
      await stores.close()
      const other = await openOther()
      await Promise.all([other.facts.close(), other.facts.close(), other.artifacts.close()])
      await other.events.close()
      await other.close()
    },
  },
  {
    id: 'XX-10',
    title: 'what is under way at close finishes, and later calls are refused',
    run: async ({ open, isShared }) => {
      const stores = await open()
      const run = newRun()
      const underWay = [
        stores.events.append(run, 0, counted({ run }, 3)),
        stores.artifacts.put('output', bytesOf('under way')),
        stores.facts.bindIfUnset(run, 'k', idOf('x')),
      ]
      const closing = stores.close()
      assert.deepEqual(await outcomes(underWay), ['ok', 'ok', 'ok'])
      await closing
      for (const [name, call] of callsOf(stores)) {
        if (name === 'recordAtomically' && stores.atomic === undefined) continue
        assert.deepEqual(await outcomes([call()]), ['store_closed'], name)
      }
      if (!isShared) return
      const again = await open()
      assert.deepEqual(await seqsOf(again.events, run), [1, 2, 3])
      assert.equal(await again.artifacts.exists(idOf('under way')), true)
      assert.equal(await again.facts.get(run, 'k'), idOf('x'))
    },
  },
  {
    id: 'XX-10',
    title: 'a reading that is open at close ends with store_closed',
    run: async ({ open }) => {
      const stores = await open()
      const run = newRun()
      await stores.events.append(run, 0, counted({ run }, 2000))
      const reading = stores.events.read(run)
      await reading[Symbol.asyncIterator]().next()
      await stores.close()
      assert.deepEqual(await outcomes([collect(reading)]), ['store_closed'])
    },
  },
  {
    id: 'XX-10',
    title: 'one port may be closed before the others',
    run: async ({ open }) => {
      const stores = await open()
      await stores.artifacts.close()
      const put = stores.artifacts.put('output', bytesOf('x'))
      assert.deepEqual(await outcomes([put]), ['store_closed'])
      const run = newRun()
      assert.equal(await stores.events.append(run, 0, counted({ run }, 1)), 1)
      assert.equal((await stores.facts.bindIfUnset(run, 'k', idOf('x'))).inserted, true)
    },
  },
  {
    id: 'XX-16',
    title: 'everything is there when the state is opened again',
    run: async ({ open, isShared }) => {
      if (!isShared) return
      const run = newRun()
      for (const round of upTo(5)) {
        const { events, artifacts, facts, close } = await open()
        assert.equal(await events.headSeq(run), (round - 1) * 10)
        await events.append(run, (round - 1) * 10, counted({ run, after: (round - 1) * 10 }, 10))
        await artifacts.put('output', bytesOf(`artifact ${round}`))
        await facts.bindIfUnset(run, `key ${round}`, idOf(`${round}`))
        if (round % 2 === 0) await close()
      }
      const { events, artifacts, facts } = await open()
      assert.deepEqual(await seqsOf(events, run), upTo(50))
      assert.equal((await collect(facts.entries(run))).length, 5)
      for (const round of upTo(5)) {
        assert.equal(await artifacts.exists(idOf(`artifact ${round}`)), true)
      }
    },
  },
  {
    id: 'XX-17',
    title: 'a store describes itself, for good',
    run: async ({ open }) => {
      const { events, artifacts, facts } = await open()
      for (const { description } of [events, artifacts, facts]) {
        assert.match(description.name, /^[a-z-]+$/)
        assert.ok(Object.isFrozen(description) && Object.isFrozen(description.capabilities))
      }
      assert.equal(artifacts.description.capabilities.includes('getMany'), 'getMany' in artifacts)
    },
  },
]
