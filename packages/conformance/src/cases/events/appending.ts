import assert from 'node:assert/strict'
import type { ConformanceCase } from '../../case.ts'
import { outcomes } from '../support/expecting.ts'
import { openHandles } from '../support/handles.ts'
import {
  collect,
  counted,
  digestOf,
  domainEvent,
  envelopes,
  newRun,
  seqsOf,
  upTo,
} from '../support/samples.ts'
import { withClock } from '../support/with-clock.ts'

export const APPENDING: readonly ConformanceCase<'events'>[] = [
  {
    id: 'ES-01',
    subject: 'events',
    level: 0,
    title: 'an unknown run is empty and no error',
    why: 'A new run begins by asking for its head.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      assert.equal(await events.headSeq(run), 0)
      assert.deepEqual(await collect(events.read(run)), [])
      assert.deepEqual(await events.listRuns(), { items: [], next: undefined })
    },
  },
  {
    id: 'ES-02',
    subject: 'events',
    level: 0,
    title: 'what is appended is read back equal, numbered from 1',
    why: 'A resumed run is decided by what it reads back.',
    run: async (context) => {
      const { events } = await context.open()
      for (const tsMillis of [null, 0, 1_700_000_000_123]) {
        const run = newRun(context)
        const given = counted({ run, tsMillis }, 7)
        assert.equal(await events.append(run, 0, given), 7)
        assert.equal(await events.headSeq(run), 7)
        assert.deepEqual(await collect(events.read(run)), given)
        const more = counted({ run, tsMillis, after: 7 }, 2)
        assert.equal(await events.append(run, 7, more), 9)
        assert.deepEqual(await collect(events.read(run)), [...given, ...more])
      }
    },
  },
  {
    id: 'ES-08',
    subject: 'events',
    level: 0,
    title: 'an empty append is a question for the head',
    why: 'A writer that has nothing to say must still learn that it lost the run.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      assert.equal(await events.append(run, 0, []), 0)
      assert.deepEqual(await events.listRuns(), { items: [], next: undefined })
      await events.append(run, 0, counted({ run }, 3))
      assert.equal(await events.append(run, 3, []), 3)
      assert.deepEqual(await outcomes([events.append(run, 2, []), events.append(run, 4, [])]), [
        'event_store_concurrency',
        'event_store_concurrency',
      ])
      assert.deepEqual(await seqsOf(events, run), [1, 2, 3])
    },
  },
  {
    id: 'ES-09',
    subject: 'events',
    level: 0,
    title: 'after 200 appends and conflicts the numbers are dense',
    why: 'A gap in the numbers is indistinguishable from a lost event.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      let head = 0
      for (let round = 0; round < context.rounds(200); round++) {
        const expected = round % 3 === 2 ? head + (round % 2 === 0 ? 1 : -1) : head
        const count = (round % 4) + 1
        const [code] = await outcomes([
          events.append(run, expected, counted({ run, after: expected }, count)),
        ])
        assert.equal(code, expected === head ? 'ok' : 'event_store_concurrency')
        if (expected === head) head += count
      }
      assert.deepEqual(await seqsOf(events, run), upTo(head))
    },
  },
  {
    id: 'ES-20',
    subject: 'events',
    level: 0,
    title: 'changing what was given or what was read changes nothing stored',
    why: 'A caller that reuses its objects would rewrite history.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const payload = { list: [1, 2], text: 'before' }
      const event = Object(domainEvent(payload))
      const given = envelopes({ run }, [event])
      const appending = events.append(run, 0, given)
      payload.list.push(3)
      payload.text = 'after'
      event.name = 'renamed'
      given.pop()
      assert.equal(await appending, 1)
      const expected = envelopes({ run }, [domainEvent({ list: [1, 2], text: 'before' })])
      const [first] = await collect(events.read(run))
      assert.deepEqual(first, expected[0])
      const mutable = Object(first)
      mutable.event.payload.list.push(9)
      mutable.seq = 77
      assert.deepEqual(await collect(events.read(run)), expected)
    },
  },
  {
    id: 'ES-21',
    subject: 'events',
    level: 0,
    title: 'the order never depends on time stamps',
    why: 'Clocks of two machines differ, and one clock may be set back.',
    run: async (context) => {
      const handles = await openHandles(context, 2)
      const run = newRun(context)
      const stamps = [9000, 5, null, 7000, 1, 2 ** 40, 0]
      for (const [index, tsMillis] of stamps.entries()) {
        const { events } = handles[index % 2] ?? (await context.open())
        await events.append(run, index, counted({ run, after: index, tsMillis }, 1))
      }
      for (const { events } of handles) {
        const read = await collect(events.read(run))
        assert.deepEqual(
          read.map(({ tsMillis }) => tsMillis),
          stamps,
        )
        const [summary] = (await events.listRuns()).items
        assert.equal(summary?.startedAtMillis, 9000)
        assert.equal(summary.updatedAtMillis, 0)
      }
    },
  },
  {
    id: 'ES-21b',
    subject: 'events',
    level: 0,
    title: 'the order and the list never depend on the clocks of the clients',
    why: 'A store that sorts by its own clock changes its mind when that is set back.',
    run: async (context) => {
      const { events } = await context.open()
      const runs = upTo(6).map(() => newRun(context))
      for (const [index, run] of runs.entries()) {
        await withClock(index % 2 === 0 ? 600_000 : -600_000, async () => {
          for (const after of upTo(4, 0)) {
            await withClock(-after * 60_000, () =>
              events.append(run, after, counted({ run, after }, 1)),
            )
          }
        })
      }
      for (const run of runs) assert.deepEqual(await seqsOf(events, run), upTo(5))
      const listed = (await events.listRuns()).items.map(({ runId }) => runId)
      assert.deepEqual(listed, runs.toReversed())
    },
  },
  {
    id: 'ES-13',
    subject: 'events',
    level: 0,
    title: 'appending the same again is a conflict, and reading shows that it is ours',
    why: 'This is how a writer whose reply was lost finds out that its commit happened.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      await events.append(run, 0, counted({ run }, 2))
      const ours = counted({ run, after: 2, tsMillis: 5 }, 2)
      await events.append(run, 2, ours)
      assert.deepEqual(await outcomes([events.append(run, 2, ours)]), ['event_store_concurrency'])
      const found = await collect(events.read(run, { from: 3 }))
      assert.deepEqual(found.map(digestOf), ours.map(digestOf))
    },
  },
]
