import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeJsonArtifact } from './artifact.ts'
import { canonicalBytes, canonicalize } from './canonicalize.ts'
import { artifactIdOf } from './digest.ts'
import { jsonArbitrary, plainCanonical, reordered, sorted } from './json.fixture.ts'
import { parseJson } from './parse-json.ts'

const RUNS = { numRuns: 300 }

const number64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.integer(),
)

describe('canonicalize, for any value', () => {
  it('is RFC 8785', () => {
    fc.assert(
      fc.property(jsonArbitrary(), (value) => {
        expect(canonicalize(value)).toBe(plainCanonical(value))
      }),
      RUNS,
    )
  })

  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(jsonArbitrary(), (value) => {
        expect(canonicalize(reordered(value))).toBe(canonicalize(value))
      }),
      RUNS,
    )
  })

  it('is what JSON.stringify makes of a sorted value', () => {
    fc.assert(
      fc.property(jsonArbitrary({ number: fc.integer() }), (value) => {
        const text = JSON.stringify(sorted(value))
        fc.pre(!/"[0-9]+":/.test(text)) // integers as names stand first in any object
        expect(canonicalize(value)).toBe(text)
      }),
      RUNS,
    )
  })

  it('is a fixed point of writing and exact reading', () => {
    fc.assert(
      fc.property(jsonArbitrary({ number: number64 }), (value) => {
        const bytes = canonicalBytes(value)
        const read = decodeJsonArtifact(artifactIdOf(bytes), bytes)
        expect(canonicalize(read)).toBe(canonicalize(value))
      }),
      RUNS,
    )
  })

  it('is a fixed point of writing and parsing, where a double holds every integer', () => {
    fc.assert(
      fc.property(
        jsonArbitrary({
          number: fc.oneof(fc.maxSafeInteger(), fc.float({ noNaN: true, noDefaultInfinity: true })),
        }),
        (value) => {
          const text = canonicalize(value)
          fc.pre(!/[0-9]{17}/.test(text)) // integers of fc.float
          expect(canonicalize(parseJson(text))).toBe(text)
        },
      ),
      RUNS,
    )
  })

  it('gives different integers different bytes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 2n }), (value) => {
        expect(canonicalize(value)).not.toBe(canonicalize(value + 1n))
        expect(parseJson(canonicalize(value), { integers: 'bigint' })).toBe(value)
        expect(parseJson(canonicalize(value), { integers: 'string' })).toBe(String(value))
      }),
      RUNS,
    )
  })
})
