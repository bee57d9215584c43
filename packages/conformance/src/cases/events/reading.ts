import assert from 'node:assert/strict'
import type { ConformanceCase } from '../../case.ts'
import {
  collect,
  counted,
  domainEvent,
  envelopes,
  newRun,
  seqsOf,
  upTo,
} from '../support/samples.ts'

const BEYOND = Number.MAX_SAFE_INTEGER

export const READING: readonly ConformanceCase<'events'>[] = [
  {
    id: 'ES-10',
    subject: 'events',
    level: 0,
    title: 'every range gives what the model gives',
    why: 'a resume reads the tail, and an off-by-one repeats or loses a step',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const head = 9
      const all = counted({ run }, head)
      await events.append(run, 0, all)
      for (const from of [undefined, 0, 1, 2, 5, head, head + 1, BEYOND]) {
        for (const to of [undefined, 0, 1, 3, 5, head, head + 1, BEYOND]) {
          const expected = all.slice(Math.max(from ?? 1, 1) - 1, to ?? head)
          const found = await collect(events.read(run, { from, to }))
          assert.deepEqual(found, expected, `from ${from} to ${to}`)
        }
      }
      assert.deepEqual(await collect(events.read(run, {})), all)
    },
  },
  {
    id: 'ES-11',
    subject: 'events',
    level: 0,
    title: 'streams of all lengths around page edges come back complete',
    why: 'backends answer in pages, and the event at the edge is the one that is lost',
    run: async (context) => {
      const { events } = await context.open()
      for (const length of [99, 100, 101, 255, 256, 257, 999, 1000, 1001, 4097]) {
        context.signal.throwIfAborted()
        const run = newRun(context)
        await events.append(run, 0, counted({ run }, length))
        assert.deepEqual(await seqsOf(events, run), upTo(length))
        const tail = await collect(events.read(run, { from: length - 1 }))
        assert.deepEqual(
          tail.map(({ seq }) => seq),
          [length - 1, length],
        )
      }
    },
  },
  {
    id: 'ES-18',
    subject: 'events',
    level: 0,
    title: 'runs whose ids differ in one digit never see each other',
    why: 'a scan by prefix or a folded key mixes two runs',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const last = ['0', '7', 'f'].map((digit) => `${run.slice(0, -1)}${digit}` as typeof run)
      const first = ['0', '7', 'f'].map((digit) => `${digit}${run.slice(1)}` as typeof run)
      const runs = Array.from(new Set([...last, ...first]))
      for (const [index, id] of runs.entries()) {
        await events.append(id, 0, counted({ run: id }, index + 1))
      }
      for (const [index, id] of runs.entries()) {
        assert.deepEqual(await seqsOf(events, id), upTo(index + 1))
      }
    },
  },
  {
    id: 'ES-19',
    subject: 'events',
    level: 0,
    title: 'two scopes of one backend share nothing',
    why: 'two teams on one server would read and stop each other',
    run: async (context) => {
      const [here, there] = [await context.open(), await context.openOther()]
      const run = newRun(context)
      await here.events.append(run, 0, counted({ run }, 2))
      assert.equal(await there.events.headSeq(run), 0)
      assert.deepEqual((await there.events.listRuns()).items, [])
      await there.events.append(run, 0, counted({ run }, 1))
      assert.equal(await here.events.headSeq(run), 2)
    },
  },
  {
    id: 'ES-19b',
    subject: 'events',
    level: 0,
    title: 'a scope whose name continues the name of another shares nothing with it',
    why: 'scopes are prefixes of keys or of tables in many backends',
    run: async (context) => {
      const { harness } = context
      const longer = `${context.scope}-b`
      const { events } = await context.open()
      const run = newRun(context)
      const other = await harness.open(longer, { signal: context.signal })
      try {
        assert.ok(other.events !== undefined)
        await events.append(run, 0, counted({ run }, 2))
        assert.equal(await other.events.headSeq(run), 0)
        assert.deepEqual((await other.events.listRuns()).items, [])
        await other.events.append(run, 0, counted({ run }, 1))
        assert.deepEqual(await seqsOf(events, run), [1, 2])
        assert.equal((await events.listRuns()).items.length, 1)
      } finally {
        await other.close()
        await harness.destroy(longer)
      }
      assert.deepEqual(await seqsOf(events, run), [1, 2], 'lost when the longer scope was removed')
    },
  },
  {
    id: 'ES-35',
    subject: 'events',
    level: 0,
    title: '10,000 events stream, and a reading can be left at any time',
    why: 'a follower that looks for one event leaves its reading, and may do so for ever',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      for (let after = 0; after < 10_000; after += 500) {
        context.signal.throwIfAborted()
        await events.append(run, after, counted({ run, after }, 500))
      }
      let expected = 1
      for await (const { seq } of events.read(run)) assert.equal(seq, expected++)
      assert.equal(expected, 10_001)
      for (let round = 0; round < context.rounds(50); round++) {
        for await (const { seq } of events.read(run, { from: 5000 })) {
          if (seq >= 5000 + round) break
        }
      }
      assert.equal(await events.append(run, 10_000, counted({ run, after: 10_000 }, 1)), 10_001)
    },
  },
  {
    id: 'ES-35b',
    subject: 'events',
    level: 0,
    title: 'large and small events are read back in one stream',
    why: 'pages are cut by count or by bytes, and one large event breaks the other rule',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const sizes = [10, 3000, 5000, 70_000, 1, 1_500_000, 20, 3_000_000, 5]
      const given = envelopes(
        { run },
        sizes.map((size) => domainEvent('x'.repeat(size))),
      )
      await events.append(run, 0, given)
      assert.deepEqual(await collect(events.read(run)), given)
      assert.deepEqual(await collect(events.read(run, { from: 7, to: 8 })), given.slice(6, 8))
    },
  },
]
