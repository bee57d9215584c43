import assert from 'node:assert/strict'
import type { ConformanceCase } from '../../case.ts'
import { collect, counted, newRun, seqsOf, upTo } from '../support/samples.ts'

const BEYOND = Number.MAX_SAFE_INTEGER

export const READING: readonly ConformanceCase<'events'>[] = [
  {
    id: 'ES-10',
    subject: 'events',
    level: 0,
    title: 'every range gives what the model gives',
    why: 'A resume reads the tail, and an off-by-one repeats or loses a step.',
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
    why: 'Backends answer in pages, and the event at the edge is the one that is lost.',
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
    why: 'A scan by prefix or a folded key mixes two runs.',
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
    why: 'Two teams on one server would read and stop each other.',
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
    why: 'Scopes are prefixes of keys or of tables in many backends.',
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
]
