import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventStore, RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { at } from './expecting.ts'
import { collect, counted, domainEvent, envelopes, newRun, seqsOf, upTo } from './samples.ts'
import type { StoreCase } from './store-case.ts'

interface Worker {
  readonly run: RunId
  readonly name: number
  readonly count: number
  readonly batch: number
}

/** Appends batches, each of which says whose it is; reads the head again after a conflict. */
async function appendBatches(events: EventStore, worker: Worker): Promise<void> {
  const { run, name, count, batch } = worker
  for (let done = 0; done < count; ) {
    const after = await events.headSeq(run)
    const parts = upTo(batch).map((part) => domainEvent({ worker: name, index: done, part }))
    try {
      await events.append(run, after, envelopes({ run, after }, parts))
      done++
    } catch (error) {
      if (!hasCode(error, 'event_store_concurrency')) throw error
      await nextTurn()
    }
  }
}

interface Mark {
  readonly worker: number
  readonly index: number
  readonly part: number
}

async function marksOf(events: EventStore, run: RunId): Promise<Mark[]> {
  return (await collect(events.read(run))).map(({ event }) => Object(event).payload)
}

export const CONCURRENCY_CASES: readonly StoreCase[] = [
  {
    id: 'ES-07',
    title: 'batches of concurrent writers never interleave',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      const names = upTo(6)
      await Promise.all(
        names.map((name) => appendBatches(events, { run, name, count: 8, batch: 5 })),
      )
      const marks = await marksOf(events, run)
      assert.equal(marks.length, 6 * 8 * 5)
      for (let at = 0; at < marks.length; at += 5) {
        const [first] = marks.slice(at, at + 5)
        assert.ok(first)
        const whole = upTo(5).map((part) => ({ ...first, part }))
        assert.deepEqual(marks.slice(at, at + 5), whole)
      }
    },
  },
  {
    id: 'ES-23',
    title: '8 workers with 25 appends each leave 200 events, each worker in its order',
    run: async ({ open, isShared }) => {
      const handles = [await open(), ...(isShared ? [await open(), await open()] : [])]
      const run = newRun()
      await Promise.all(
        upTo(8).map((name) => {
          const { events } = at(handles, name % handles.length)
          return appendBatches(events, { run, name, count: 25, batch: 1 })
        }),
      )
      const { events } = at(handles, 0)
      assert.deepEqual(await seqsOf(events, run), upTo(200))
      const marks = await marksOf(events, run)
      for (const name of upTo(8)) {
        const indexes = marks.filter(({ worker }) => worker === name).map(({ index }) => index)
        assert.deepEqual(indexes, upTo(24, 0))
      }
    },
  },
  {
    id: 'ES-25',
    title: 'no reader sees a part of a batch, and no head is beyond what can be read',
    run: async ({ open, isShared }) => {
      const writer = await open()
      const reader = isShared ? await open() : writer
      const run = newRun()
      const last = 240
      const write = async (): Promise<void> => {
        for (let after = 0; after < last; after += 4) {
          await writer.events.append(run, after, counted({ run, after }, 4))
          await nextTurn()
        }
      }
      const writing = write()
      let rounds = 0
      while ((await reader.events.headSeq(run)) < last) {
        const head = await reader.events.headSeq(run)
        const seen = await seqsOf(reader.events, run)
        assert.ok(seen.length >= head)
        assert.equal(seen.length % 4, 0)
        rounds++
        await nextTurn()
      }
      await writing
      assert.ok(rounds > 1, 'nothing was read while it was written')
    },
  },
  {
    id: 'ES-12',
    title: 'a reading yields what was there when it began, whatever is appended meanwhile',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      await events.append(run, 0, counted({ run }, 700))
      const reading = events.read(run)
      await events.append(run, 700, counted({ run, after: 700 }, 10))
      const seen: number[] = []
      let head = 710
      for await (const { seq } of reading) {
        seen.push(seq)
        if (seq % 100 === 0) {
          head = await events.append(run, head, counted({ run, after: head }, 150))
        }
      }
      assert.deepEqual(seen, upTo(700))
      assert.deepEqual(await seqsOf(events, run), upTo(head))
    },
  },
]
