import { canonicalize, sha256 } from '@mfm/canonical-json'
import type {
  ArtifactId,
  Digest,
  EventEnvelope,
  FactMeta,
  FactRecorded,
  RunId,
  StateId,
} from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { envelopeDigest } from './run-head.ts'

const ID = 'ab'.repeat(32) as ArtifactId & Digest // of the right form

function envelope(changes: Partial<FactMeta> = {}): EventEnvelope {
  const event: FactRecorded = {
    type: 'fact_recorded',
    v: 1,
    key: 'a "key"\n\u2028 of 😀',
    payloadId: ID,
    meta: {
      v: 1,
      namespace: 'http "x"',
      requestId: ID,
      outcome: 'answered',
      stateId: 'a.b.c' as StateId,
      attempt: 0,
      ordinal: 12,
      ...changes,
    },
  }
  const runId = '7b9a2f64-3c1d-4e5f-8a6b-0c1d2e3f4a5b' as RunId
  return { runId, seq: 7, tsMillis: 1_700_000_000_000, prev: null, event }
}

describe('envelopeDigest', () => {
  it.each([
    ['a plain fact', envelope()],
    ['a fact without a request', envelope({ requestId: null, outcome: 'failed' })],
    ['a fact with attachments', envelope({ attachments: [ID] })],
    ['a linked fact without a time', { ...envelope(), tsMillis: null, prev: ID }],
  ])('is that of the canonical envelope: %s', (_, given) => {
    expect(envelopeDigest(given)).toBe(sha256(canonicalize(given)))
  })
})
