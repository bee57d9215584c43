import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ConformanceCase } from '../../case.ts'
import { counted, domainEvent, envelopes, newRun, upTo } from '../support/samples.ts'

const MIB = 2 ** 20
const EVENTS = 10_000
const EVENT_BYTES = 12 * 1024
/** Two thirds of what is read: a store may keep some of it for the next reader, but not all. */
const MOST_BYTES = 80 * MIB

/** Collects garbage now, so that what is in use can be told from what is not yet collected. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

async function bytesInUse(): Promise<number> {
  collectGarbage()
  await nextTurn() // what native code holds is given back in a turn of its own
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export const STREAMING: readonly ConformanceCase<'events'>[] = [
  {
    id: 'ES-35',
    subject: 'events',
    level: 0,
    title: '10,000 events stream, and a reading can be left at any time',
    why: 'A follower that looks for one event leaves its reading, and may do so for ever.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      for (let after = 0; after < EVENTS; after += 500) {
        context.signal.throwIfAborted()
        await events.append(run, after, counted({ run, after }, 500))
      }
      let expected = 1
      for await (const { seq } of events.read(run)) assert.equal(seq, expected++)
      assert.equal(expected, EVENTS + 1)
      for (let round = 0; round < context.rounds(50); round++) {
        for await (const { seq } of events.read(run, { from: 5000 })) {
          if (seq >= 5000 + round) break
        }
      }
      const last = counted({ run, after: EVENTS }, 1)
      assert.equal(await events.append(run, EVENTS, last), EVENTS + 1)
    },
  },
  {
    id: 'ES-35b',
    subject: 'events',
    level: 0,
    title: 'large and small events are read back in one stream',
    why: 'Pages are cut by count or by bytes, and one large event breaks the other rule.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const sizes = [10, 3000, 5000, 70_000, 1, 1_500_000, 20, 3_000_000, 5]
      const texts = sizes.map((size) => domainEvent('x'.repeat(size)))
      const given = envelopes({ run }, texts)
      await events.append(run, 0, given)
      const whole: unknown[] = []
      for await (const envelope of events.read(run)) whole.push(envelope)
      assert.deepEqual(whole, given)
      const part: unknown[] = []
      for await (const envelope of events.read(run, { from: 7, to: 8 })) part.push(envelope)
      assert.deepEqual(part, given.slice(6, 8))
    },
  },
  {
    id: 'ES-35c',
    subject: 'events',
    level: 1,
    title: 'a stream of 120 MiB is read in 80 MiB',
    why: 'A long run must be read on a small machine, and many at once on a large one.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const text = 'x'.repeat(EVENT_BYTES)
      const batch = 200
      for (let after = 0; after < EVENTS; after += batch) {
        context.signal.throwIfAborted()
        const payloads = upTo(batch).map((n) => domainEvent(`${after + n} ${text}`))
        await events.append(run, after, envelopes({ run, after }, payloads))
      }
      const before = await bytesInUse()
      let most = 0
      let read = 0
      for await (const { seq } of events.read(run)) {
        assert.equal(seq, ++read)
        if (seq % 2000 === 1) most = Math.max(most, (await bytesInUse()) - before)
      }
      assert.equal(read, EVENTS)
      context.note(`reading ${EVENTS} events of 12 KiB took ${Math.ceil(most / MIB)} MiB`)
      assert.ok(most < MOST_BYTES, 'it is not read in bounded memory')
    },
  },
  {
    id: 'ES-35d',
    subject: 'events',
    level: 1,
    needs: ['backdoor.connections'],
    title: 'a reading that is left gives its connection back',
    why: 'A pool of ten connections is used up by ten readers that stopped early.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      await events.append(run, 0, counted({ run }, 3000))
      for await (const _ of events.read(run));
      const before = await context.backdoor.connections()
      for (const _ of upTo(context.rounds(60))) {
        for await (const { seq } of events.read(run)) if (seq > 1) break
      }
      assert.ok((await context.backdoor.connections()) <= before, 'connections are held')
      assert.equal(await events.headSeq(run), 3000)
    },
  },
]
