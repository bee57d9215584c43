import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from './events.ts'
import { eventEnvelopeSchema } from './events.ts'
import { foldRunSummary } from './run-summary.ts'

const ID = 'a'.repeat(64)
const RUN = '11111111-2222-4333-8444-555555555555'

function envelope(seq: number, tsMillis: number | null, event: object): EventEnvelope {
  return eventEnvelopeSchema.parse({ runId: RUN, seq, tsMillis, prev: null, event })
}

const fact = { type: 'fact_recorded', v: 1, key: 'k', payloadId: ID, meta: {} }
const started = {
  type: 'run_started',
  v: 1,
  opId: 'demo',
  opVersion: 'v1',
  manifestId: ID,
  initialSnapshotId: ID,
  planDigest: ID,
  parent: null,
}
const failed = { type: 'run_completed', v: 1, status: 'failed', finalSnapshotId: ID, error: null }

describe('foldRunSummary', () => {
  it('calls a stream of facts a recording', () => {
    expect(foldRunSummary(undefined, envelope(1, 5, fact))).toEqual({
      runId: RUN,
      headSeq: 1,
      opId: null,
      phase: 'recording',
      startedAtMillis: 5,
      updatedAtMillis: 5,
    })
  })

  it('follows a run from its start to its end', () => {
    const first = foldRunSummary(undefined, envelope(1, 5, started))
    expect([first.phase, first.opId]).toEqual(['running', 'demo'])
    const last = foldRunSummary(foldRunSummary(first, envelope(2, 7, fact)), envelope(3, 9, failed))
    expect(last).toMatchObject({
      phase: 'failed',
      opId: 'demo',
      headSeq: 3,
      startedAtMillis: 5,
      updatedAtMillis: 9,
    })
  })

  it('keeps the last known moment when an event has none', () => {
    const first = foldRunSummary(undefined, envelope(1, 5, started))
    expect(foldRunSummary(first, envelope(2, null, fact)).updatedAtMillis).toBe(5)
  })
})
