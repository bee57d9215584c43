import { describe, expect, it } from 'vitest'
import { eventEnvelopeSchema, hasFactMeta, RESERVED_EVENT_NAMES, runEventSchema } from './events.ts'

const ID = 'a'.repeat(64)
const RUN = '11111111-2222-4333-8444-555555555555'
const entered = {
  type: 'state_entered',
  v: 1,
  stateId: 'demo.main.s',
  attempt: 0,
  baseSnapshotId: ID,
}

describe('runEventSchema', () => {
  it('takes each event of the contract as it is', () => {
    const meta = {
      v: 1,
      namespace: 'http',
      requestId: ID,
      outcome: 'answered',
      stateId: 'demo.main.s',
      attempt: 0,
      ordinal: 0,
    }
    const error = { code: 'x', category: 'unknown', retryable: true, message: 'm', details: null }
    const events = [
      {
        type: 'run_started',
        v: 1,
        opId: 'demo',
        opVersion: 'v1',
        manifestId: ID,
        initialSnapshotId: ID,
        planDigest: ID,
        parent: null,
      },
      entered,
      { type: 'fact_recorded', v: 1, key: '', payloadId: ID, meta },
      { type: 'fact_recorded', v: 1, key: 'k', payloadId: ID, meta: {} },
      {
        type: 'domain',
        v: 1,
        name: 'n',
        payload: { a: [0.5] },
        payloadRef: null,
        stateId: null,
        attempt: null,
      },
      {
        type: 'state_failed',
        v: 1,
        stateId: 'demo.main.s',
        attempt: 0,
        error,
        failureSnapshotId: null,
        notBeforeMillis: null,
      },
      { type: 'state_completed', v: 1, stateId: 'demo.main.s', attempt: 1, contextSnapshotId: ID },
      { type: 'history_summarized', v: 1, throughSeq: 9, summaryId: ID },
      { type: 'run_completed', v: 1, status: 'completed', finalSnapshotId: ID, error: null },
    ]
    for (const event of events) expect(runEventSchema.parse(event)).toEqual(event)
  })

  it.each([
    ['an unknown type', { ...entered, type: 'state_paused' }],
    ['an unknown version', { ...entered, v: 2 }],
    ['an unknown member', { ...entered, extra: 1 }],
    ['a missing member', { ...entered, attempt: undefined }],
    ['a malformed state id', { ...entered, stateId: 'demo' }],
    ['a negative attempt', { ...entered, attempt: -1 }],
  ])('refuses %s', (_name, event) => {
    expect(runEventSchema.safeParse(event).success).toBe(false)
  })

  it('reserves the name of every event type', () => {
    for (const name of ['run_started', 'fact_recorded', 'history_summarized', 'run_completed']) {
      expect(RESERVED_EVENT_NAMES.has(name)).toBe(true)
    }
  })
})

describe('eventEnvelopeSchema', () => {
  it('refuses sequence 0', () => {
    const envelope = { runId: RUN, seq: 1, tsMillis: null, prev: null, event: entered }
    expect(eventEnvelopeSchema.safeParse(envelope).success).toBe(true)
    expect(eventEnvelopeSchema.safeParse({ ...envelope, seq: 0 }).success).toBe(false)
  })
})

describe('hasFactMeta', () => {
  it('is false for the empty meta of older streams', () => {
    expect(hasFactMeta({})).toBe(false)
  })
})
