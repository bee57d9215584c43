import { bytesArtifact, jsonArtifact, parseJson } from '@mfm/canonical-json'
import type { ArtifactId, JsonValue, NewArtifact } from '@mfm/core-types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamedAnswer } from './streamed-answer.ts'
import { decodeStreamedAnswer, encodeStreamedAnswer, isStreamedAnswer } from './streamed-answer.ts'

const count = fc.nat(1_000_000)
const place = { facts: count, parts: count }
const error = {
  code: 'http_failed',
  category: 'rpc',
  retryable: true,
  message: 'cut',
  details: null,
} as const
const answers: fc.Arbitrary<StreamedAnswer> = fc.record({
  response: fc.constantFrom<JsonValue>(null, 0.5, 2n ** 60n, 'ä', [1, { a: [] }], { kind: 'x' }),
  head: fc.record(place),
  chunks: fc.array(fc.record({ bytes: fc.uint8Array({ maxLength: 9 }), millis: count, ...place })),
  ended: fc.constantFrom('complete', 'error', 'aborted'),
  error: fc.constantFrom(null, error),
})
const ANSWER: StreamedAnswer = {
  response: 1,
  head: { facts: 0, parts: 0 },
  chunks: [{ bytes: Uint8Array.of(1, 2), millis: 3, facts: 1, parts: 1 }],
  ended: 'complete',
  error: null,
}

const json = ({ bytes }: NewArtifact): JsonValue => parseJson(bytes, { integers: 'bigint' })

/** Reads documents back as if they were those of one fact. */
async function decoded(payload: JsonValue, ...attachments: readonly NewArtifact[]) {
  const read = async (id: ArtifactId) =>
    attachments.find((one) => one.id === id)?.bytes ?? Uint8Array.of()
  return await decodeStreamedAnswer(
    payload,
    attachments.map(({ id }) => id),
    read,
  )
}

describe('a streamed answer', () => {
  it('reads back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const { payload, body, delivery } = encodeStreamedAnswer(answer, undefined)
        expect(isStreamedAnswer(json(payload))).toBe(true)
        expect(await decoded(json(payload), body, delivery)).toEqual(answer)
      }),
    )
  })

  it('comes in one piece where nothing says how it came', async () => {
    const read = async (answer: StreamedAnswer) => {
      const { payload, body } = encodeStreamedAnswer(answer, undefined)
      const again = await decodeStreamedAnswer(json(payload), [], async () => body.bytes)
      return again.chunks.map(({ bytes }) => bytes)
    }
    const bytes = Uint8Array.of(1, 2)
    const parts = [bytes, bytes].map((part) => ({ bytes: part, millis: 9, facts: 0, parts: 1 }))
    expect(await read({ ...ANSWER, chunks: parts })).toEqual([Uint8Array.of(1, 2, 1, 2)])
    expect(await read({ ...ANSWER, chunks: [] })).toEqual([])
  })

  it('has one payload for one content, however it came', () => {
    const parts = [1, 2].map((byte) => ({
      bytes: Uint8Array.of(byte),
      millis: 9,
      facts: 0,
      parts: 1,
    }))
    const whole = encodeStreamedAnswer(ANSWER, undefined)
    const cut = encodeStreamedAnswer({ ...ANSWER, chunks: parts }, undefined)
    expect(cut.payload).toEqual(whole.payload)
    expect(cut.delivery.id).not.toBe(whole.delivery.id)
  })

  const { payload, body, delivery } = encodeStreamedAnswer(ANSWER, undefined)
  const other = bytesArtifact('attachment', Uint8Array.of(1))
  const short = encodeStreamedAnswer({ ...ANSWER, chunks: [] }, undefined).delivery
  it.each<[string, JsonValue, readonly NewArtifact[]]>([
    ['another payload', 1, [body, delivery]],
    ['a payload of another version', { ...Object(json(payload)), v: 2 }, [body, delivery]],
    ['one attachment', json(payload), [body]],
    ['the body of another', json(payload), [other, delivery]],
    ['the delivery of another', json(payload), [body, short]],
    ['a delivery that is none', json(payload), [body, jsonArtifact('attachment', [])]],
  ])('with %s is refused', async (_, value, attachments) => {
    await expect(decoded(value, ...attachments)).rejects.toMatchObject({
      code: 'fact_payload_decode_failed',
    })
  })

  it('whose body was damaged is refused', async () => {
    const damaged = { ...body, bytes: Uint8Array.of(1, 3) }
    await expect(decoded(json(payload), damaged, delivery)).rejects.toMatchObject({
      code: 'artifact_corruption',
    })
  })
})
