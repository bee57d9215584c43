import assert from 'node:assert/strict'
import { canonicalize } from '@mfm/canonical-json'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { outcomes, rejection } from '../support/expecting.ts'
import {
  EXACT_JSON,
  FOREIGN_RUN_IDS,
  HOSTILE_TEXTS,
  kernelEvents,
  REFUSED_JSON,
  RESPELT_NUMBERS,
} from '../support/json-samples.ts'
import {
  collect,
  counted,
  digestOf,
  domainEvent,
  envelopes,
  factEvent,
  idOf,
  newRun,
} from '../support/samples.ts'

const ID = idOf('any')
const NOT_CANONICAL = ['json_not_representable', 'json_number_inexact', 'event_append_invalid']

export const FIDELITY: readonly ConformanceCase<'events'>[] = [
  {
    id: 'ES-02b',
    subject: 'events',
    level: 0,
    title: 'events of every type come back equal',
    why: 'A member that is lost on the way makes a run that cannot be resumed.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const given = envelopes({ run }, kernelEvents(newRun(context)))
      await events.append(run, 0, given)
      const read = await collect(events.read(run))
      assert.deepEqual(read, given)
      assert.deepEqual(read.map(digestOf), given.map(digestOf))
    },
  },
  {
    id: 'ES-15',
    subject: 'events',
    level: 0,
    title: 'JSON values come back with the same canonical bytes',
    why: 'Digests are of canonical bytes; a number or a key that changes breaks every comparison.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const given = envelopes(
        { run },
        EXACT_JSON.map((value) => domainEvent(value)),
      )
      await events.append(run, 0, given)
      const read = await collect(events.read(run))
      assert.deepEqual(read, given)
      assert.deepEqual(read.map(digestOf), given.map(digestOf))
      for (const respelt of RESPELT_NUMBERS) {
        const other = newRun(context)
        await events.append(other, 0, envelopes({ run: other }, [domainEvent(respelt)]))
        const [back] = await collect(events.read(other))
        assert.ok(back?.event.type === 'domain')
        assert.equal(canonicalize(back.event.payload), canonicalize(respelt))
      }
    },
  },
  {
    id: 'ES-15b',
    subject: 'events',
    level: 0,
    title: 'what has no canonical form is refused',
    why: 'What one store takes and another refuses makes a run that cannot move.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const [template] = counted({ run }, 1)
      assert.ok(template)
      for (const payload of REFUSED_JSON) {
        const event = { ...domainEvent(null), payload }
        const [code] = await outcomes([
          events.append(run, 0, [{ ...template, event } as unknown as EventEnvelope]),
        ])
        assert.ok(NOT_CANONICAL.includes(code ?? ''), code)
      }
      const namespace = { ...factEvent('k', ID), meta: { v: 1, namespace: '\ud800' } }
      const lone = { ...template, event: namespace } as unknown as EventEnvelope
      assert.notDeepEqual(await outcomes([events.append(run, 0, [lone])]), ['ok'])
      assert.equal(await events.headSeq(run), 0)
    },
  },
  {
    id: 'ES-16',
    subject: 'events',
    level: 0,
    title: 'text comes back as it was, whatever its characters',
    why: 'Columns of text refuse NUL, and file systems and collations fold what is different.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const given = envelopes({ run }, [
        ...HOSTILE_TEXTS.map((text) => domainEvent({ [text]: text })),
        ...HOSTILE_TEXTS.map((text) => factEvent(text, ID)),
      ])
      await events.append(run, 0, given)
      assert.deepEqual(await collect(events.read(run)), given)
    },
  },
  {
    id: 'ES-17',
    subject: 'events',
    level: 0,
    title: 'run ids outside the grammar are refused',
    why: 'An id that reaches a path, a key or a query unchecked is an injection.',
    run: async (context) => {
      const { events } = await context.open()
      for (const foreign of FOREIGN_RUN_IDS) {
        const run = foreign as RunId
        await rejection(events.headSeq(run), 'invalid_id')
        await rejection(events.append(run, 0, []), 'invalid_id')
        await rejection(collect(events.read(run)), 'invalid_id')
      }
      assert.deepEqual((await events.listRuns()).items, [])
      for (const run of ['00000000-0000-4000-8000-000000000000', newRun(context)] as RunId[]) {
        await events.append(run, 0, counted({ run }, 1))
        const [back] = await collect(events.read(run))
        assert.equal(back?.runId, run)
      }
    },
  },
]
