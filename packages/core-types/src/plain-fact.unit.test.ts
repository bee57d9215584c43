import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EventEnvelope } from './events.ts'
import { eventEnvelopeSchema } from './events.ts'
import { isPlainFact } from './plain-fact.ts'

const ID = 'a1'.repeat(32)

function fact(): EventEnvelope {
  const meta = {
    v: 1,
    namespace: 'http',
    requestId: ID,
    outcome: 'answered',
    stateId: 'machine.step.local',
    attempt: 0,
    ordinal: 3,
  }
  const event = { type: 'fact_recorded', v: 1, key: 'a key', payloadId: ID, meta }
  const runId = '11111111-2222-4333-8444-555555555555'
  return { runId, seq: 1, tsMillis: 1_700_000_000_000, prev: ID, event } as unknown as EventEnvelope
}

const someValue = fc.oneof(
  fc.constantFrom(null, undefined, 0, 1, -1, 1.5, Number.NaN, 2 ** 53, '', ID, ID.toUpperCase()),
  fc.constantFrom('answered', 'failed', 'aborted', 'lost', 'a.b.c', 'a.b', '\ud800', true, [], {}),
  fc.constantFrom(new Date(0), 3n, { v: 1 }, [ID]),
)
const someMember = fc.constantFrom(
  ...['tsMillis', 'prev', 'event', 'extra'].map((name) => [name]),
  ...['type', 'v', 'key', 'payloadId', 'meta', 'extra', 'toJSON'].map((name) => ['event', name]),
  ...['v', 'namespace', 'requestId', 'outcome', 'stateId', 'attempt', 'ordinal', 'extra'].map(
    (name) => ['event', 'meta', name],
  ),
  ['event', 'meta', 'attachments'],
)

function change(target: unknown, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path
  if (rest.length > 0) change(Object(target)[first], rest, value)
  else if (value === undefined) delete Object(target)[first]
  else Object(target)[first] = value
}

it('takes plain facts', () => {
  expect(isPlainFact(fact())).toBe(true)
  expect(isPlainFact({ ...fact(), tsMillis: null, prev: null })).toBe(true)
})

it('takes nothing that the schema refuses or changes', () => {
  let taken = 0
  fc.assert(
    fc.property(fc.array(fc.tuple(someMember, someValue), { maxLength: 3 }), (changes) => {
      const envelope = fact()
      for (const [path, value] of changes) change(envelope, path, value)
      if (!isPlainFact(envelope)) return
      taken++
      const judged = eventEnvelopeSchema.safeParse(envelope)
      // A lone surrogate is left to the encoder, which meets it in every string.
      if (JSON.stringify(envelope).includes('\\ud')) return
      expect(judged.success && judged.data).toEqual(envelope)
    }),
    { numRuns: 3000 },
  )
  expect(taken).toBeGreaterThan(100)
})

it('leaves other events to the schema', () => {
  const event = { type: 'state_entered', v: 1, stateId: 'a.b.c', attempt: 0, baseSnapshotId: ID }
  expect(isPlainFact({ ...fact(), event: event as never })).toBe(false)
  for (const none of [null, undefined, 7]) {
    expect(isPlainFact({ ...fact(), event: none as never })).toBe(false)
  }
})
