import { artifactIdOf } from '@mfm/canonical-json'
import type { Digest, PlainFact, RunId, StateId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FramePart } from './frame.ts'
import { Frame } from './frame.ts'
import { callPrefix, FrameWriter, isCompact } from './frame-writer.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const wellFormed = fc.string({ unit: 'binary', maxLength: 120 })

const count = fc.nat({ max: 2 ** 48 - 1 })
/** So few documents that facts name some that are in their frame. */
const document = fc.uint8Array({ maxLength: 1 }).map(([byte = 0]) => Uint8Array.of(byte % 8))
const digest = fc.oneof(document, fc.uint8Array({ minLength: 2, maxLength: 8 })).map(artifactIdOf)
const someFact = fc.record({
  tsMillis: fc.option(count),
  prev: fc.option(digest.map((id) => id as string as Digest)),
  key: wellFormed,
  payloadId: digest,
  namespace: fc.string({ unit: 'binary', maxLength: 42 }),
  requestId: fc.option(digest),
  outcome: fc.constantFrom('answered', 'failed', 'aborted'),
  stateId: fc.constantFrom('a.b.c', `${'m'.repeat(63)}.p.s`) as fc.Arbitrary<StateId>,
  attempt: count,
  ordinal: count,
  isCall: fc.boolean(),
})

type SomeFact = typeof someFact extends fc.Arbitrary<infer T> ? T : never

function envelopeOf(fact: SomeFact): PlainFact {
  const { tsMillis, prev, payloadId, isCall, ...rest } = fact
  const { namespace, requestId, outcome, stateId, attempt, ordinal } = rest
  const key = isCall ? `${callPrefix(rest)}${requestId}${fact.key}` : fact.key
  const meta = { v: 1, namespace, requestId, outcome, stateId, attempt, ordinal } as const
  const event = { type: 'fact_recorded', v: 1, key, payloadId, meta } as const
  return { runId: RUN, seq: 0, tsMillis, prev, event }
}

const somePart = fc.oneof(
  fc.record({
    type: fc.constant('artifact' as const),
    kind: fc.constantFrom('output', 'fact_payload', 'a_kind_of_its_own'),
    bytes: fc.oneof(document, fc.uint8Array({ maxLength: 300 })),
  }),
  fc.record({ type: fc.constant('binding' as const), key: wellFormed, isBound: fc.boolean() }),
  fc.record({ type: fc.constant('event' as const), event: wellFormed, isBinding: fc.boolean() }),
  fc.record({ type: fc.constant('fact' as const), fact: someFact, isBinding: fc.boolean() }),
)
type SomePart = typeof somePart extends fc.Arbitrary<infer T> ? T : never

function write(writer: FrameWriter, part: SomePart): void {
  if (part.type === 'event') writer.event(part.event, part.isBinding)
  else if (part.type === 'fact') writer.fact(envelopeOf(part.fact), part.isBinding)
  else if (part.type === 'binding') {
    writer.binding(part.key, part.isBound ? artifactIdOf(part.key) : undefined)
  } else {
    const { kind, bytes } = part
    writer.artifact({ kind, id: artifactIdOf(bytes), bytes })
  }
}

function expected(part: SomePart, seq: number): unknown {
  if (part.type === 'event') return part
  if (part.type === 'fact') {
    const event = { ...envelopeOf(part.fact), seq }
    return { type: 'event', event, isBinding: part.isBinding }
  }
  if (part.type === 'binding') {
    const id = part.isBound ? artifactIdOf(part.key) : undefined
    return { type: 'binding', key: part.key, id }
  }
  const artifact = { id: artifactIdOf(part.bytes), bytes: Buffer.from(part.bytes) }
  return { type: 'artifact', artifact }
}

describe('a frame', () => {
  it('reads back as it was written', () => {
    const writer = new FrameWriter()
    const someParts = fc.array(somePart, { maxLength: 12 })
    const row = fc.nat({ max: 2 ** 45 })
    fc.assert(
      fc.property(
        row,
        fc.boolean(),
        fc.nat({ max: 2 ** 47 }),
        someParts,
        (at, hasRun, seq, given) => {
          writer.begin(hasRun ? RUN : undefined)
          expect(writer.isEmpty).toBe(true)
          const parts = given.filter((part) => hasRun || part.type !== 'fact')
          for (const part of parts) write(writer, part)
          writer.firstSeq(seq)
          writer.chain(seq)
          const frame = new Frame(at, Buffer.from(writer.finish(at)))
          expect(frame.run).toBe(hasRun ? RUN : undefined)
          expect([frame.firstSeq, frame.chain]).toEqual([seq, seq])
          const read: FramePart[] = Array.from(frame.parts())
          let next = seq
          const wanted = parts.map((part) =>
            expected(part, part.type === 'event' || part.type === 'fact' ? next++ : 0),
          )
          expect(read).toEqual(wanted)
          const facts = read.map((part) =>
            part.type === 'event' ? JSON.stringify(part.event) : '',
          )
          expect(facts).toEqual(
            (wanted as FramePart[]).map((part) =>
              part.type === 'event' ? JSON.stringify(part.event) : '',
            ),
          )
          const artifacts = parts.filter((part) => part.type === 'artifact')
          for (const { bytes } of artifacts) {
            const found = frame.artifact(artifactIdOf(bytes))
            expect(found?.bytes).toEqual(Buffer.from(bytes))
          }
        },
      ),
    )
  })

  it('leaves to JSON what has no room in the form of a fact', () => {
    const fact = envelopeOf({
      ...{ tsMillis: null, prev: null, key: 'k', payloadId: artifactIdOf('p'), requestId: null },
      ...{ namespace: 'n'.repeat(85), outcome: 'answered', stateId: 'a.b.c' as StateId },
      ...{ attempt: 2 ** 48 - 1, ordinal: 2 ** 48 - 1, isCall: false },
    })
    const { event } = fact
    expect(isCompact(fact)).toBe(true)
    expect(isCompact({ ...fact, tsMillis: 2 ** 48 })).toBe(false)
    for (const more of [
      { attempt: 2 ** 48 },
      { ordinal: 2 ** 48 },
      { namespace: 'n'.repeat(86) },
    ]) {
      const meta = { ...event.meta, ...more }
      expect(isCompact({ ...fact, event: { ...event, meta } })).toBe(false)
    }
  })

  it('writes the digest of a document that is in it once', () => {
    const [request, payload] = [Buffer.from('request'), Buffer.from('payload')]
    const [requestId, payloadId] = [artifactIdOf(request), artifactIdOf(payload)]
    const fact = envelopeOf({
      ...{ tsMillis: null, prev: null, key: '', payloadId, requestId, namespace: 'n' },
      ...{ outcome: 'answered', stateId: 'a.b.c', attempt: 1, ordinal: 1, isCall: true },
    } as SomeFact)
    const writer = new FrameWriter()
    const sizeOf = (documents: readonly Buffer[]): number => {
      writer.begin(RUN)
      for (const bytes of documents) {
        writer.artifact({ kind: 'output', id: artifactIdOf(bytes), bytes })
      }
      const before = writer.size
      writer.fact(fact, true)
      return writer.size - before
    }
    const alone = sizeOf([])
    expect(sizeOf([payload])).toBe(alone - 30)
    expect(sizeOf([Buffer.from('another'), request, payload])).toBe(alone - 60)
    expect(sizeOf([])).toBe(alone)
  })

  it('keeps the first sequence and the first chain that it is given', () => {
    const writer = new FrameWriter()
    writer.begin(RUN)
    for (const value of [7, 8, 9]) {
      writer.firstSeq(value)
      writer.chain(value + 100)
    }
    const frame = new Frame(1, Buffer.from(writer.finish(1)))
    expect([frame.firstSeq, frame.chain]).toEqual([7, 107])
  })

  it('is refused with any bit flipped, and in any other row', () => {
    const writer = new FrameWriter()
    writer.begin(RUN)
    writer.event('{"a":1}', true)
    writer.binding('key', artifactIdOf('x'))
    const body = Buffer.from(writer.finish(5))
    const refusals = (row: number, stored: unknown): boolean => {
      try {
        new Frame(row, stored)
        return false
      } catch (error) {
        return hasCode(error, 'store_corruption')
      }
    }
    expect(refusals(5, body)).toBe(false)
    for (const row of [0, 1, 4, 6, 13, 2 ** 32 + 5]) expect(refusals(row, body)).toBe(true)
    for (let bit = 0; bit < body.length * 8; bit++) {
      const flipped = Buffer.from(body)
      flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit % 8))
      expect(refusals(5, flipped)).toBe(true)
    }
    for (const stored of [
      undefined,
      null,
      7,
      'text',
      Buffer.of(),
      Buffer.of(1, 2, 3),
      body.subarray(1),
    ]) {
      expect(refusals(5, stored)).toBe(true)
    }
  })
})
