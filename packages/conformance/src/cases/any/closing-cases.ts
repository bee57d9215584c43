import assert from 'node:assert/strict'
import type { ArtifactId, ArtifactStore } from '@mfm/core-types'
import { canList } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import type { OpenedStores } from '../../harness.ts'
import { eachPort, requireEach } from '../support/each-port.ts'
import { outcomes } from '../support/expecting.ts'
import { bytesOf, collect, counted, idOf, newRun, seqsOf, upTo } from '../support/samples.ts'
import { callsOf } from './calls.ts'

/** Of a store that lists nothing: one artifact, then the next. */
async function* oneByOne(artifacts: ArtifactStore, id: ArtifactId): AsyncGenerator<unknown, void> {
  for (;;) yield await artifacts.get(id)
}

function portsOf({ events, artifacts, facts }: OpenedStores): { close(): Promise<void> }[] {
  return [events, artifacts, facts].filter((port) => port !== undefined)
}

export const CLOSING_CASES: readonly ConformanceCase<'any'>[] = [
  {
    id: 'XX-09',
    subject: 'any',
    level: 0,
    title: 'closing twice, at once, before use and while another opens resolves',
    why: 'Clean-up code runs on every path, and more than once on some. It must never be what fails.',
    run: async (context) => {
      const stores = await context.open()
      await Promise.all([
        stores.close(),
        stores.close(),
        ...portsOf(stores).map((port) => port.close()),
      ])
      await stores.close()
      const other = await context.openOther()
      await Promise.all(portsOf(other).flatMap((port) => [port.close(), port.close()]))
      await other.close()
      const [early, late] = [context.open(), context.open()]
      await (await early).close()
      const run = newRun(context)
      await requireEach(
        await late,
        {
          events: (events) => events.headSeq(run),
          artifacts: (artifacts) => artifacts.exists(idOf('x')),
          facts: (facts) => facts.get(run, 'k'),
        },
        { events: 0, artifacts: false, facts: undefined },
      )
    },
  },
  {
    id: 'XX-10',
    subject: 'any',
    level: 0,
    title: 'what is under way at close finishes, or all of it is refused; later calls are refused',
    why: 'A caller that was told of a success may have to find it again; one that was refused may have to try again.',
    run: async (context) => {
      const stores = await context.open()
      const [run, id] = [newRun(context), idOf('under way')]
      const underWay = eachPort<Promise<unknown>>(stores, {
        events: (events) => events.append(run, 0, counted({ run }, 3)),
        artifacts: (artifacts) => artifacts.put('output', bytesOf('under way')),
        facts: (facts) => facts.bindIfUnset(run, 'k', id),
      })
      const closing = stores.close()
      const [rule = 'ok', ...others] = await outcomes(underWay)
      assert.ok(rule === 'ok' || rule === 'store_closed', `${rule} for what was under way`)
      assert.ok(
        others.every((other) => other === rule),
        'some of it finished and some was refused',
      )
      await closing
      for (const [name, call] of callsOf(stores, newRun(context))) {
        assert.deepEqual(await outcomes([call()]), ['store_closed'], name)
      }
      if (!context.harness.isShared || rule !== 'ok') return
      await requireEach(
        await context.open(),
        {
          events: (events) => seqsOf(events, run),
          artifacts: (artifacts) => artifacts.exists(id),
          facts: (facts) => facts.get(run, 'k'),
        },
        { events: [1, 2, 3], artifacts: true, facts: id },
      )
    },
  },
  {
    id: 'XX-10b',
    subject: 'any',
    level: 0,
    title: 'a reading that is open at close ends with store_closed',
    why: 'A reading that just ends looks like a stream that is complete.',
    run: async (context) => {
      const stores = await context.open()
      const run = newRun(context)
      const readings = await Promise.all(
        eachPort<Promise<AsyncIterable<unknown>>>(stores, {
          events: async (events) => {
            await events.append(run, 0, counted({ run }, 2000))
            return events.read(run)
          },
          artifacts: async (artifacts) => {
            const texts = upTo(30).map((number) => `artifact ${number}`)
            await Promise.all(texts.map((text) => artifacts.put('output', bytesOf(text))))
            return canList(artifacts) ? artifacts.list() : oneByOne(artifacts, idOf('artifact 1'))
          },
          facts: async (facts) => {
            const keys = upTo(1500).map((number) => `key ${number}`)
            await Promise.all(keys.map((key) => facts.bindIfUnset(run, key, idOf(key))))
            return facts.entries(run)
          },
        }),
      )
      for (const reading of readings) await reading[Symbol.asyncIterator]().next()
      await stores.close()
      for (const reading of readings) {
        assert.deepEqual(await outcomes([collect(reading)]), ['store_closed'])
      }
    },
  },
  {
    id: 'XX-10c',
    subject: 'any',
    level: 0,
    title: 'one port may be closed before the others',
    why: 'Ports have owners of their own, even where they share a connection.',
    run: async (context) => {
      const stores = await context.open()
      const run = newRun(context)
      const calls = eachPort<readonly [{ close(): Promise<void> }, () => Promise<unknown>]>(
        stores,
        {
          events: (events) => [events, () => events.headSeq(run)],
          artifacts: (artifacts) => [artifacts, () => artifacts.exists(idOf('x'))],
          facts: (facts) => [facts, () => facts.get(run, 'k')],
        },
      )
      for (const [index, [port]] of calls.entries()) {
        await port.close()
        const closed = calls.slice(0, index + 1).map(() => 'store_closed')
        const open = calls.slice(index + 1).map(() => 'ok')
        assert.deepEqual(await outcomes(calls.map(([, call]) => call())), [...closed, ...open])
      }
    },
  },
]
