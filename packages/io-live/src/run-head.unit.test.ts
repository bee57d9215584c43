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
import { chainEvents, EMPTY_HEAD, envelopeDigest } from './run-head.ts'

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

describe('chainEvents', () => {
  it('links each event to the canonical envelope of the one before', () => {
    const events = [
      envelope(),
      envelope({ requestId: null }),
      envelope({ attachments: [ID] }),
      envelope({ supersedes: 'k' }),
      envelope({ location: 'a.ts:1:2' }),
    ].map(({ event }) => event)
    const bare: FactRecorded = { type: 'fact_recorded', v: 1, key: 'k', payloadId: ID, meta: {} }
    const { runId } = envelope()
    const { envelopes, head } = chainEvents(runId, EMPTY_HEAD, [...events, bare, bare], 5)
    const digests = envelopes.map((each) => sha256(canonicalize(each)))
    expect(envelopes.map(({ prev }) => prev)).toEqual([null, ...digests.slice(0, -1)])
    expect(head).toEqual({ seq: 7, digest: digests.at(-1) })
  })
})

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
