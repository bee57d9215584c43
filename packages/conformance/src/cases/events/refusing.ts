import assert from 'node:assert/strict'
import type { EventEnvelope, EventStore, RunId } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { outcomes, rejection } from '../support/expecting.ts'
import type { Chance } from '../support/samples.ts'
import {
  collect,
  counted,
  digestOf,
  domainEvent,
  envelopes,
  newRun,
  seqsOf,
} from '../support/samples.ts'

/** Every way in which an append to a run of four events is refused. */
function refusedAppends(events: EventStore, run: RunId, chance: Chance): Promise<unknown>[] {
  const [fifth] = counted({ run, after: 4 }, 1)
  const strange = { ...fifth, event: { type: 'never_heard_of', v: 1 } }
  return [
    events.append(run, 3, counted({ run, after: 3 }, 2)),
    events.append(run, 9, counted({ run, after: 9 }, 2)),
    events.append(run, 0, counted({ run }, 4)),
    events.append(run, 4, counted({ run, after: 5 }, 2)),
    events.append(run, 4, counted({ run: newRun(chance), after: 4 }, 2)),
    events.append(run, 4, [strange] as EventEnvelope[]),
  ]
}

export const REFUSING: readonly ConformanceCase<'events'>[] = [
  {
    id: 'ES-03',
    subject: 'events',
    level: 0,
    title: 'another head than expected is a conflict that names both',
    why: 'Two writers of one run would overwrite each other.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      await events.append(run, 0, counted({ run }, 3))
      for (const expected of [0, 2, 4, 100]) {
        const late = counted({ run, after: expected }, 1)
        const error = await rejection(events.append(run, expected, late), 'event_store_concurrency')
        assert.equal(error.details?.['expected'], expected)
        assert.equal(error.details?.['actual'], 3)
      }
      const unknown = newRun(context)
      const early = counted({ run: unknown, after: 5 }, 1)
      const error = await rejection(events.append(unknown, 5, early), 'event_store_concurrency')
      assert.equal(error.details?.['actual'], 0)
      assert.equal(await events.headSeq(unknown), 0)
    },
  },
  {
    id: 'ES-04',
    subject: 'events',
    level: 0,
    title: 'a refused append leaves the stream as it was',
    why: 'A writer that was told no would have changed the run all the same.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      await events.append(run, 0, counted({ run }, 4))
      const before = (await collect(events.read(run))).map(digestOf)
      const codes = await outcomes(refusedAppends(events, run, context))
      assert.ok(!codes.includes('ok'), codes.join(' '))
      assert.deepEqual((await collect(events.read(run))).map(digestOf), before)
      assert.equal(await events.headSeq(run), 4)
    },
  },
  {
    id: 'ES-04b',
    subject: 'events',
    level: 1,
    needs: ['backdoor.streamFingerprint'],
    title: 'a refused append leaves every stored byte of the stream as it was',
    why: 'What a refused append leaves behind turns up later, in an index or after a repair.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      await events.append(run, 0, counted({ run }, 4))
      const before = await context.backdoor.streamFingerprint(context.scope, run)
      const codes = await outcomes(refusedAppends(events, run, context))
      assert.ok(!codes.includes('ok'), codes.join(' '))
      assert.equal(await context.backdoor.streamFingerprint(context.scope, run), before)
      await events.append(run, 4, counted({ run, after: 4 }, 1))
      assert.notEqual(
        await context.backdoor.streamFingerprint(context.scope, run),
        before,
        'the fingerprint of the backdoor does not change with the stream',
      )
    },
  },
  {
    id: 'ES-05',
    subject: 'events',
    level: 0,
    title: 'foreign, doubled and gapped envelopes are refused before the head is looked at',
    why: 'One wrong number makes every later event of the run unreadable.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      await events.append(run, 0, counted({ run }, 2))
      const [third, fourth, fifth] = counted({ run, after: 2 }, 3)
      assert.ok(third && fourth && fifth)
      const [foreign] = counted({ run: newRun(context), after: 2 }, 1)
      const wrong: (EventEnvelope | undefined)[][] = [
        [foreign],
        [third, foreign],
        [fourth],
        [third, third],
        [third, fifth],
        [{ ...third, seq: 0 }],
        [{ ...third, seq: -3 }],
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
    subject: 'events',
    level: 0,
    title: 'one event that cannot be stored keeps its whole batch out',
    why: 'Half a batch is a state that no run was ever in.',
    run: async (context) => {
      const { events } = await context.open({ payloadBytes: 4096 })
      const run = newRun(context)
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
      assert.deepEqual(await events.listRuns(), { items: [], next: undefined })
    },
  },
  {
    id: 'ES-34',
    subject: 'events',
    level: 0,
    title: 'a payload at the limit passes, one byte more is refused',
    why: 'A limit that differs between stores makes a run that cannot move.',
    run: async (context) => {
      const { events } = await context.open({ payloadBytes: 1000 })
      const run = newRun(context)
      const sized = (bytes: number): EventEnvelope[] =>
        envelopes({ run }, [domainEvent('x'.repeat(bytes - 2))])
      const error = await rejection(events.append(run, 0, sized(1001)), 'payload_too_large')
      assert.deepEqual(error.details, { limit: 1000, size: 1001 })
      assert.equal(await events.headSeq(run), 0)
      assert.equal(await events.append(run, 0, sized(1000)), 1)
      // Two bytes each in UTF-8: the limit is of bytes.
      const wide = envelopes({ run, after: 1 }, [domainEvent('\u00e9'.repeat(500))])
      const wideError = await rejection(events.append(run, 1, wide), 'payload_too_large')
      assert.deepEqual(wideError.details, { limit: 1000, size: 1002 })
      assert.deepEqual(await seqsOf(events, run), [1])
    },
  },
]
