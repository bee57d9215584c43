import assert from 'node:assert/strict'
import { canonicalize } from '@mfm/canonical-json'
import type { EventEnvelope, JsonValue, RunEvent, RunId } from '@mfm/core-types'
import { outcomes, rejection } from './expecting.ts'
import {
  collect,
  counted,
  digestOf,
  domainEvent,
  envelopes,
  factEvent,
  idOf,
  newRun,
  STATE,
} from './samples.ts'
import type { StoreCase } from './store-case.ts'

function nested(depth: number): JsonValue {
  return depth === 0 ? 1 : [nested(depth - 1)]
}

const EXACT: readonly JsonValue[] = [
  0,
  '',
  false,
  null,
  [],
  {},
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  9007199254740993n,
  -(2n ** 63n),
  2n ** 64n - 1n,
  0.1,
  -1.5e-7,
  5e-324,
  1.7976931348623157e308,
  nested(200),
  JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3}'),
  { b: 1, a: 2, '': 3, é: 4, '\u{1f600}': 5, '\ufb33': 6 },
]

const TEXTS: readonly string[] = [
  'nul \u0000 nul',
  'lines \u2028 and \u2029',
  '\u{1f469}\u{200d}\u{1f680}',
  'caf\u00e9',
  'cafe\u0301',
  '\u0647\u0644\u0648',
  '\u202e reversed',
  '\ufeff mark',
  '"quoted" \\ back\\ud800slash \\u0041',
  '\r\n\t\b\f\u001f\u007f',
]

function cyclic(): unknown {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}

const REFUSED: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  undefined,
  { a: undefined },
  [undefined],
  () => 1,
  Symbol('x'),
  new Date(0),
  new Map([[1, 2]]),
  'lone \ud800',
  { '\udc00': 1 },
  2n ** 64n,
  cyclic(),
]

const FOREIGN_IDS: readonly unknown[] = [
  '',
  '../etc/passwd',
  '%2F',
  'a:b',
  '*',
  '{tag}',
  'a\r\nb',
  'constructor',
  '__proto__',
  'x'.repeat(5000),
  '11111111-2222-4333-8444-55555555555',
  '11111111-2222-4333-8444-5555555555555',
  '11111111-2222-4333-8444-55555555555A',
  undefined,
  7,
]

const ID = idOf('any')

const KERNEL_EVENTS: readonly RunEvent[] = [
  {
    type: 'run_started',
    v: 1,
    opId: 'audit' as never,
    opVersion: '1.0.0 \u00e9 \\ud',
    manifestId: ID,
    initialSnapshotId: ID,
    planDigest: idOf('plan') as never,
    parent: { runId: newRun(), seq: 3 },
  },
  { type: 'state_entered', v: 1, stateId: STATE, attempt: 0, baseSnapshotId: ID },
  factEvent('a key with "quotes" and \u0000', ID),
  {
    type: 'fact_recorded',
    v: 1,
    key: '',
    payloadId: ID,
    meta: {
      v: 1,
      namespace: 'http',
      requestId: null,
      outcome: 'failed',
      stateId: STATE,
      attempt: 1,
      ordinal: 2,
      attachments: [ID],
    },
  },
  {
    type: 'state_failed',
    v: 1,
    stateId: STATE,
    attempt: 0,
    error: {
      code: 'price_too_old',
      category: 'off_chain',
      retryable: true,
      message: 'too old',
      details: { exact: 9007199254740993n },
    },
    failureSnapshotId: null,
    notBeforeMillis: 1_700_000_000_000,
  },
  { type: 'state_completed', v: 1, stateId: STATE, attempt: 1, contextSnapshotId: ID },
  { type: 'history_summarized', v: 1, throughSeq: 6, summaryId: ID },
]

export const FIDELITY_CASES: readonly StoreCase[] = [
  {
    id: 'ES-02',
    title: 'events of every type come back equal',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      const given = envelopes({ run }, KERNEL_EVENTS)
      await events.append(run, 0, given)
      assert.deepEqual(await collect(events.read(run)), given)
    },
  },
  {
    id: 'ES-15',
    title: 'JSON values come back with the same canonical bytes',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      const given = envelopes(
        { run },
        EXACT.map((value) => domainEvent(value)),
      )
      await events.append(run, 0, given)
      const read = await collect(events.read(run))
      assert.deepEqual(read, given)
      assert.deepEqual(read.map(digestOf), given.map(digestOf))
      for (const lossless of [1e20, 2 ** 60, 1e21, -0, 1e300]) {
        const other = newRun()
        await events.append(other, 0, envelopes({ run: other }, [domainEvent(lossless)]))
        const [back] = await collect(events.read(other))
        assert.ok(back?.event.type === 'domain')
        assert.equal(canonicalize(back.event.payload), canonicalize(lossless))
      }
    },
  },
  {
    id: 'ES-15',
    title: 'what has no canonical form is refused',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      const [template] = counted({ run }, 1)
      assert.ok(template)
      for (const payload of REFUSED) {
        const event = { ...domainEvent(null), payload }
        const [code] = await outcomes([
          events.append(run, 0, [{ ...template, event } as unknown as EventEnvelope]),
        ])
        const codes = ['json_not_representable', 'json_number_inexact', 'event_append_invalid']
        assert.ok(codes.includes(code ?? ''), code)
      }
      const namespace = { ...factEvent('k', ID), meta: { v: 1, namespace: '\ud800' } }
      const lone = { ...template, event: namespace } as unknown as EventEnvelope
      assert.notDeepEqual(await outcomes([events.append(run, 0, [lone])]), ['ok'])
      assert.equal(await events.headSeq(run), 0)
    },
  },
  {
    id: 'ES-16',
    title: 'text comes back as it was, whatever its characters',
    run: async ({ open }) => {
      const { events } = await open()
      const run = newRun()
      const given = envelopes({ run }, [
        ...TEXTS.map((text) => domainEvent({ [text]: text })),
        ...TEXTS.map((text) => factEvent(text, ID)),
      ])
      await events.append(run, 0, given)
      assert.deepEqual(await collect(events.read(run)), given)
    },
  },
  {
    id: 'ES-17',
    title: 'run ids outside the grammar are refused',
    run: async ({ open }) => {
      const { events, facts, atomic } = await open()
      for (const foreign of FOREIGN_IDS) {
        const run = foreign as RunId
        await rejection(events.headSeq(run), 'invalid_id')
        await rejection(events.append(run, 0, []), 'invalid_id')
        await rejection(collect(events.read(run)), 'invalid_id')
        await rejection(facts.get(run, 'k'), 'invalid_id')
        await rejection(facts.bindIfUnset(run, 'k', ID), 'invalid_id')
        await rejection(facts.unbindIfMatches(run, 'k', ID), 'invalid_id')
        await rejection(collect(facts.entries(run)), 'invalid_id')
        const batch = { artifacts: [], bindings: [], events: [] }
        if (atomic !== undefined)
          await rejection(atomic.recordAtomically(run, 0, batch), 'invalid_id')
      }
      assert.deepEqual((await events.listRuns()).items, [])
    },
  },
]
