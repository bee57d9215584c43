import type { EventEnvelope, RunId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { decodeEnvelope, encodeEvents } from './envelope-codec.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const OTHER = '11111111-2222-4333-8444-555555555556' as RunId

function domain(payload: unknown): EventEnvelope {
  const event = { type: 'domain', v: 1, name: 'noted', payload, payloadRef: null, stateId: null }
  return {
    runId: RUN,
    seq: 1,
    tsMillis: null,
    prev: null,
    event: { ...event, attempt: null } as never,
  }
}

function encoded(payload: unknown): string {
  return encodeEvents(RUN, 0, [domain(payload)], 1000)[0]?.text ?? ''
}

describe('decodeEnvelope', () => {
  it('refuses an envelope of another place', () => {
    const text = encoded('x')
    expect(decodeEnvelope(RUN, 1, text)).toEqual(domain('x'))
    for (const [run, seq] of [
      [OTHER, 1],
      [RUN, 2],
    ] as const) {
      expect(() => decodeEnvelope(run, seq, text)).toThrow(
        expect.objectContaining({ code: 'event_store_corruption', details: { runId: run, seq } }),
      )
    }
  })

  it('gives numbers back without rounding them', () => {
    const payloads = [
      9007199254740993n,
      [-9223372036854775808n, 18446744073709551615n],
      { text: ':1234567890123456', digits: '1234567890123456789' },
      1e20,
      1e300,
      [0.1234567890123456, 1234567890.123456],
    ]
    for (const payload of payloads) {
      const { event } = decodeEnvelope(RUN, 1, encoded(payload))
      expect(Object(event).payload).toEqual(payload)
    }
  })
})

describe('encodeEvents', () => {
  it('measures the payload, not what is around it', () => {
    expect(encodeEvents(RUN, 0, [domain('x'.repeat(998))], 1000)).toHaveLength(1)
    expect(() => encodeEvents(RUN, 0, [domain('x'.repeat(999))], 1000)).toThrow(
      expect.objectContaining({ code: 'payload_too_large', details: { limit: 1000, size: 1001 } }),
    )
    expect(() => encodeEvents(RUN, 0, [domain('é'.repeat(500))], 1000)).toThrow(
      expect.objectContaining({ code: 'payload_too_large', details: { limit: 1000, size: 1002 } }),
    )
  })

  it('measures a plain fact as it measures any event, and keeps what it was given', () => {
    const more = { requestId: null, outcome: 'answered', stateId: 'a.b.c', attempt: 0, ordinal: 0 }
    const plain = (key: string): EventEnvelope => {
      const meta = { v: 1, namespace: 'n', ...more }
      const event = { type: 'fact_recorded', v: 1, key, payloadId: 'a'.repeat(64), meta }
      return { ...domain(0), event: event as never }
    }
    const given = plain('k')
    const size = JSON.stringify(given).length
    const encodedFact = encodeEvents(RUN, 0, [given], size)[0]
    Object.assign(Object(given.event).meta, { attempt: 7 })
    expect(encodedFact?.fact).toEqual(plain('k'))
    expect(encodedFact?.text).toBe(JSON.stringify(plain('k')))
    expect(() => encodeEvents(RUN, 0, [plain('kk')], size)).toThrow(
      expect.objectContaining({
        code: 'payload_too_large',
        details: { limit: size, size: size + 1 },
      }),
    )
  })

  it('does not take lone surrogates, wherever they hide', () => {
    const meta = { v: 1, namespace: '\ud800', requestId: null, outcome: 'answered' }
    const more = { stateId: 'a.b.c', attempt: 0, ordinal: 0 }
    const event = { type: 'fact_recorded', v: 1, key: 'k', payloadId: 'a'.repeat(64) }
    const lone = { ...domain(0), event: { ...event, meta: { ...meta, ...more } } as never }
    expect(() => encodeEvents(RUN, 0, [lone], 1000)).toThrow(
      expect.objectContaining({ code: 'json_not_representable' }),
    )
  })
})
