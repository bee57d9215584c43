import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventStore, RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { ConformanceCase } from '../../case.ts'
import { at, countOf, outcomes } from '../support/expecting.ts'
import { openHandles } from '../support/handles.ts'
import {
  collect,
  counted,
  domainEvent,
  envelopes,
  newRun,
  seqsOf,
  upTo,
} from '../support/samples.ts'

interface Worker {
  readonly run: RunId
  readonly name: number
  readonly count: number
  readonly batch: number
  readonly signal: AbortSignal
}

/** Appends batches, each of which says whose it is; reads the head again after a conflict. */
async function appendBatches(events: EventStore, worker: Worker): Promise<void> {
  const { run, name, count, batch, signal } = worker
  for (let done = 0; done < count; ) {
    signal.throwIfAborted()
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

export const CONCURRENCY: readonly ConformanceCase<'events'>[] = [
  {
    id: 'ES-07',
    subject: 'events',
    level: 2,
    title: 'batches of concurrent writers never interleave',
    why: 'A batch is one step of a run; mixed with another it is none.',
    run: async (context) => {
      const handles = await openHandles(context, 2)
      const run = newRun(context)
      const { signal } = context
      await Promise.all(
        upTo(6).map((name) =>
          appendBatches(at(handles, name % 2).events, { run, name, count: 8, batch: 5, signal }),
        ),
      )
      const marks = await marksOf(at(handles, 0).events, run)
      assert.equal(marks.length, 6 * 8 * 5)
      for (let begin = 0; begin < marks.length; begin += 5) {
        const first = at(marks, begin)
        const whole = upTo(5).map((part) => ({ ...first, part }))
        assert.deepEqual(marks.slice(begin, begin + 5), whole)
      }
    },
  },
  {
    id: 'ES-12',
    subject: 'events',
    level: 0,
    title: 'a reading yields what was there when it began, whatever is appended meanwhile',
    why: 'A reader that chases its own writer never ends, or sees an event twice.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      await events.append(run, 0, counted({ run }, 700))
      const reading = events.read(run)
      await events.append(run, 700, counted({ run, after: 700 }, 10))
      const seen: number[] = []
      let head = 710
      for await (const { seq } of reading) {
        seen.push(seq)
        assert.ok(seq <= 700, 'it goes on beyond the head at the time of the call')
        if (seq % 100 === 0) {
          head = await events.append(run, head, counted({ run, after: head }, 150))
        }
      }
      assert.deepEqual(seen, upTo(700))
      assert.deepEqual(await seqsOf(events, run), upTo(head))
    },
  },
  {
    id: 'ES-22',
    subject: 'events',
    level: 2,
    title: 'of 64 writers with one expected head exactly one wins',
    why: 'Two winners are two histories of one run.',
    run: async (context) => {
      const handles = await openHandles(context, 2)
      const run = newRun(context)
      const rounds = context.rounds(50)
      for (let round = 0; round < rounds; round++) {
        context.signal.throwIfAborted()
        const tries = upTo(64).map((writer) => {
          const { events } = at(handles, writer % 2)
          const batch = envelopes({ run, after: round }, [domainEvent({ round, writer })])
          return events.append(run, round, batch)
        })
        const codes = await outcomes(tries)
        assert.equal(countOf(codes, 'ok'), 1)
        assert.equal(countOf(codes, 'event_store_concurrency'), 63)
        const winner = codes.indexOf('ok') + 1
        const [stored] = await collect(at(handles, 0).events.read(run, { from: round + 1 }))
        assert.deepEqual(Object(stored?.event).payload, { round, writer: winner })
      }
      assert.deepEqual(await seqsOf(at(handles, 0).events, run), upTo(rounds))
    },
  },
  {
    id: 'ES-23',
    subject: 'events',
    level: 2,
    title: '8 workers with 25 appends each leave 200 events, each worker in its order',
    why: 'The loop of reading the head and appending is how every writer works.',
    run: async (context) => {
      const handles = await openHandles(context, 3)
      const run = newRun(context)
      const { signal } = context
      await Promise.all(
        upTo(8).map((name) =>
          appendBatches(at(handles, name % 3).events, { run, name, count: 25, batch: 1, signal }),
        ),
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
    subject: 'events',
    level: 2,
    title: 'no reader sees a part of a batch, and no head is beyond what can be read',
    why: 'A follower would act on a step that is not whole, or wait for events that are not there.',
    run: async (context) => {
      const [writer, reader] = await openHandles(context, 2)
      assert.ok(writer && reader)
      const run = newRun(context)
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
        context.signal.throwIfAborted()
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
]
