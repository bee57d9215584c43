import assert from 'node:assert/strict'
import type { EventEnvelope } from '@mfm/core-types'
import { at, countOf, outcomes, rejection } from './expecting.ts'
import {
  collect,
  counted,
  digestOf,
  domainEvent,
  envelopes,
  newRun,
  seqsOf,
  upTo,
} from './samples.ts'
import type { StoreCase } from './store-case.ts'

export const APPEND_CASES: readonly StoreCase[] = [
  {
    id: 'ES-01',
    title: 'an unknown run is empty and no error',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      assert.equal(await events.headSeq(run), 0)
      assert.deepEqual(await collect(events.read(run)), [])
    },
  },
  {
    id: 'ES-02',
    title: 'what is appended is read back equal, numbered from 1',
    run: async ({ open }) => {
      const { events } = await open()
      for (const tsMillis of [null, 0, 1_700_000_000_123]) {
        const run = newRun()
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
    id: 'ES-03',
    title: 'another head than expected is a conflict that names both',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      await events.append(run, 0, counted({ run }, 3))
      for (const expected of [0, 2, 4, 100]) {
        const late = counted({ run, after: expected }, 1)
        const error = await rejection(events.append(run, expected, late), 'event_store_concurrency')
        assert.equal(error.details?.['expected'], expected)
        assert.equal(error.details?.['actual'], 3)
      }
      const unknown = newRun()
      const early = counted({ run: unknown, after: 5 }, 1)
      const error = await rejection(events.append(unknown, 5, early), 'event_store_concurrency')
      assert.equal(error.details?.['actual'], 0)
    },
  },
  {
    id: 'ES-04',
    title: 'a refused append leaves the stream as it was',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      await events.append(run, 0, counted({ run }, 4))
      const before = (await collect(events.read(run))).map(digestOf)
      await outcomes([
        events.append(run, 3, counted({ run, after: 3 }, 2)),
        events.append(run, 4, counted({ run, after: 5 }, 2)),
        events.append(run, 4, counted({ run: newRun(), after: 4 }, 2)),
      ])
      assert.deepEqual((await collect(events.read(run))).map(digestOf), before)
      assert.equal(await events.headSeq(run), 4)
    },
  },
  {
    id: 'ES-05',
    title: 'foreign, doubled and gapped envelopes are refused before the head is looked at',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      await events.append(run, 0, counted({ run }, 2))
      const [third, fourth, fifth] = counted({ run, after: 2 }, 3)
      assert.ok(third && fourth && fifth)
      const [foreign] = counted({ run: newRun(), after: 2 }, 1)
      const wrong: (EventEnvelope | undefined)[][] = [
        [foreign],
        [fourth],
        [third, third],
        [third, fifth],
        [{ ...third, seq: 0 }],
        [{ ...third, seq: 2.5 }],
      ]
      for (const batch of wrong) {
        // The head is wrong as well, and is not what is reported.
        for (const expected of [2, 7]) {
          await rejection(
            events.append(run, expected, batch as EventEnvelope[]),
            'event_append_invalid',
          )
        }
      }
      assert.deepEqual(await seqsOf(events, run), [1, 2])
    },
  },
  {
    id: 'ES-06',
    title: 'one event that cannot be stored keeps its whole batch out',
    run: async ({ open }) => {
      const { events } = await open({ payloadBytes: 4096 })
      const run = newRun()
      const unstorable: unknown[] = [
        domainEvent({ n: Number.NaN }),
        domainEvent('x'.repeat(5000)),
        { type: 'never_heard_of', v: 1 },
        { type: 'domain', v: 2, name: 'noted', payload: 1 },
        { ...domainEvent(1), extra: true },
        null,
      ]
      for (const bad of unstorable) {
        const good = domainEvent('good')
        const batch = counted({ run }, 3).map((envelope, index) => ({
          ...envelope,
          event: index === 1 ? bad : good,
        }))
        const codes = await outcomes([events.append(run, 0, batch as EventEnvelope[])])
        assert.notEqual(codes[0], 'ok')
        assert.equal(await events.headSeq(run), 0)
        assert.deepEqual(await seqsOf(events, run), [])
      }
    },
  },
  {
    id: 'ES-08',
    title: 'an empty append is a question for the head',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      assert.equal(await events.append(run, 0, []), 0)
      await events.append(run, 0, counted({ run }, 3))
      assert.equal(await events.append(run, 3, []), 3)
      await rejection(events.append(run, 2, []), 'event_store_concurrency')
      assert.deepEqual(await seqsOf(events, run), [1, 2, 3])
    },
  },
  {
    id: 'ES-09',
    title: 'after 200 appends and conflicts the numbers are dense',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      let head = 0
      for (let round = 0; round < 200; round++) {
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
    id: 'ES-13',
    title: 'appending the same again is a conflict, and reading shows that it is ours',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      await events.append(run, 0, counted({ run }, 2))
      const ours = counted({ run, after: 2, tsMillis: 5 }, 2)
      await events.append(run, 2, ours)
      await rejection(events.append(run, 2, ours), 'event_store_concurrency')
      const found = await collect(events.read(run, { from: 3 }))
      assert.deepEqual(found.map(digestOf), ours.map(digestOf))
    },
  },
  {
    id: 'ES-20',
    title: 'changing what was given or what was read changes nothing stored',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
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
    id: 'ES-34',
    title: 'a payload at the limit passes, one byte more is refused',
    run: async ({ open }) => {
      const { events } = await open({ payloadBytes: 1000 })
      const run = newRun()
      const sized = (bytes: number): EventEnvelope[] =>
        envelopes({ run }, [domainEvent('x'.repeat(bytes - 2))])
      const error = await rejection(events.append(run, 0, sized(1001)), 'payload_too_large')
      assert.deepEqual(error.details, { limit: 1000, size: 1001 })
      assert.equal(await events.headSeq(run), 0)
      assert.equal(await events.append(run, 0, sized(1000)), 1)
    },
  },
  {
    id: 'ES-22',
    title: 'of 64 writers with one expected head exactly one wins',
    run: async ({ open, isShared }) => {
      const handles = [await open(), ...(isShared ? [await open()] : [])]
      const run = newRun()
      for (let round = 0; round < 50; round++) {
        const tries = upTo(64).map((writer) => {
          const { events } = at(handles, writer % handles.length)
          const batch = envelopes({ run, after: round }, [domainEvent({ round, writer })])
          return events.append(run, round, batch)
        })
        const codes = await outcomes(tries)
        assert.equal(countOf(codes, 'ok'), 1)
        assert.equal(countOf(codes, 'event_store_concurrency'), 63)
      }
      const { events } = at(handles, 0)
      assert.deepEqual(await seqsOf(events, run), upTo(50))
    },
  },
]
