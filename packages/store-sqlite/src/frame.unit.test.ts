import { artifactIdOf } from '@mfm/canonical-json'
import type { Digest, PlainFact, RunId, StateId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FramePart } from './frame.ts'
import { Frame } from './frame.ts'
import { FrameWriter, isCompact } from './frame-writer.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const wellFormed = fc.string({ unit: 'binary', maxLength: 60 })

const count = fc.nat({ max: 2 ** 48 - 1 })
const digest = fc.uint8Array({ minLength: 1, maxLength: 8 }).map(artifactIdOf)
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
})

function envelopeOf(fact: typeof someFact extends fc.Arbitrary<infer T> ? T : never): PlainFact {
  const { tsMillis, prev, key, payloadId, ...rest } = fact
  const { namespace, requestId, outcome, stateId, attempt, ordinal } = rest
  const meta = { v: 1, namespace, requestId, outcome, stateId, attempt, ordinal } as const
  const event = { type: 'fact_recorded', v: 1, key, payloadId, meta } as const
  return { runId: RUN, seq: 0, tsMillis, prev, event }
}

const somePart = fc.oneof(
  fc.record({ type: fc.constant('artifact' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
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
    writer.artifact({ kind: 'output', id: artifactIdOf(part.bytes), bytes: part.bytes })
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
      ...{ attempt: 2 ** 48 - 1, ordinal: 2 ** 48 - 1 },
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
