import assert from 'node:assert/strict'
import { collect, counted, domainEvent, envelopes, newRun, seqsOf, upTo } from './samples.ts'
import type { StoreCase } from './store-case.ts'

const BEYOND = Number.MAX_SAFE_INTEGER

export const READING_CASES: readonly StoreCase[] = [
  {
    id: 'ES-10',
    title: 'every range gives what the model gives',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      const head = 9
      const all = counted({ run }, head)
      await events.append(run, 0, all)
      for (const from of [undefined, 0, 1, 2, head, head + 1, BEYOND]) {
        for (const to of [undefined, 0, 1, head, head + 1, BEYOND]) {
          const expected = all.slice(Math.max(from ?? 1, 1) - 1, to ?? head)
          assert.deepEqual(await collect(events.read(run, { from, to })), expected)
        }
      }
      for (const range of [{ from: 5, to: 3 }, { from: 3, to: 3 }, {}]) {
        const expected = all.slice((range.from ?? 1) - 1, range.to ?? head)
        assert.deepEqual(await collect(events.read(run, range)), expected)
      }
    },
  },
  {
    id: 'ES-11',
    title: 'streams of all lengths around page edges come back complete',
    run: async ({ open }) => {
      const { events } = await open()
      for (const length of [99, 100, 101, 255, 256, 257, 999, 1000, 1001, 4097]) {
        const run = newRun()
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
    title: 'runs whose ids differ in one digit never see each other',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      const runs = ['0', '7', 'f'].map((digit) => `${run.slice(0, -1)}${digit}` as typeof run)
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
    title: 'two states of one store share nothing',
    run: async ({ open, openOther }) => {
      const [here, there] = [await open(), await openOther()]
      const run = newRun()
      await here.events.append(run, 0, counted({ run }, 2))
      assert.equal(await there.events.headSeq(run), 0)
      assert.deepEqual((await there.events.listRuns()).items, [])
      await there.events.append(run, 0, counted({ run }, 1))
      assert.equal(await here.events.headSeq(run), 2)
    },
  },
  {
    id: 'ES-21',
    title: 'the order never depends on time stamps',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      for (const [index, tsMillis] of [9000, 5, null, 7000, 1].entries()) {
        await events.append(run, index, counted({ run, after: index, tsMillis }, 1))
      }
      const read = await collect(events.read(run))
      assert.deepEqual(
        read.map(({ tsMillis }) => tsMillis),
        [9000, 5, null, 7000, 1],
      )
      const [summary] = (await events.listRuns()).items
      assert.equal(summary?.startedAtMillis, 9000)
      assert.equal(summary.updatedAtMillis, 1)
    },
  },
  {
    id: 'ES-35',
    title: '10,000 events stream, and a reading can be left at any time',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      for (let after = 0; after < 10_000; after += 500) {
        await events.append(run, after, counted({ run, after }, 500))
      }
      let expected = 1
      for await (const { seq } of events.read(run)) assert.equal(seq, expected++)
      assert.equal(expected, 10_001)
      for (let round = 0; round < 50; round++) {
        for await (const { seq } of events.read(run, { from: 5000 })) {
          if (seq >= 5000 + round) break
        }
      }
      assert.equal(await events.append(run, 10_000, counted({ run, after: 10_000 }, 1)), 10_001)
    },
  },
  {
    id: 'ES-35',
    title: 'large and small events are read back in one stream',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
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
