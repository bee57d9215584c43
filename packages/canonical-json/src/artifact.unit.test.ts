import type { ArtifactId, JsonValue } from '@mfm/core-types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesArtifact, decodeJsonArtifact, jsonArtifact, jsonDocument } from './artifact.ts'
import { canonicalize } from './canonicalize.ts'
import { artifactIdOf, sha256 } from './digest.ts'
import { finiteNumber, jsonArbitrary } from './json.fixture.ts'

const utf8 = new TextEncoder()

function refusal(code: string, details: object = {}): unknown {
  return expect.objectContaining({ code, details: expect.objectContaining(details) })
}

function decodeText(text: string, numbers?: 'integers_only'): JsonValue {
  const bytes = utf8.encode(text)
  return decodeJsonArtifact(artifactIdOf(bytes), bytes, { numbers })
}

describe('artifactIdOf and sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['hello', '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'],
    ['{}', '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'],
    ['{"a":2,"b":1}', 'd3626ac30a87e6f7a6428233b3c68299976865fa5508e4267c5415c76af7a772'],
    ['{"n":0}', 'f3013f933b9fb80ab6d995e7ad9da36f683837ba1d81e950c943d40111eac2f0'],
    ['1700000000123', '49be2be451ef779caf8de73be3873181f9845428ceefa6a3aeb8a99d86fef220'],
    ['null', '74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b'],
    ['"é"', 'f2886017e9c7abacf804b54d64787dce2b611c9544ba21f3affdd126a6e50086'],
  ])('hash %j as the specification says', (text, digest) => {
    const within = utf8.encode(`<${text}>`)
    expect(artifactIdOf(text)).toBe(digest)
    expect(artifactIdOf(utf8.encode(text))).toBe(digest)
    expect(artifactIdOf(within.subarray(1, -1))).toBe(digest)
    expect(sha256(text)).toBe(digest)
  })
})

describe('jsonArtifact', () => {
  it.each([
    [{ b: 1, a: 2 }, 'd3626ac30a87e6f7a6428233b3c68299976865fa5508e4267c5415c76af7a772'],
    [{ n: -0 }, 'f3013f933b9fb80ab6d995e7ad9da36f683837ba1d81e950c943d40111eac2f0'],
    ['é', 'f2886017e9c7abacf804b54d64787dce2b611c9544ba21f3affdd126a6e50086'],
  ])('addresses %j by its canonical bytes', (value, id) => {
    const artifact = jsonArtifact('output', value)
    expect(artifact).toMatchObject({ kind: 'output', id })
    expect(artifactIdOf(artifact.bytes)).toBe(id)
  })

  it('refuses what canonicalize refuses', () => {
    expect(() => jsonArtifact('output', { x: 1.5 }, { numbers: 'integers_only' })).toThrow(
      refusal('float_not_allowed', { pointer: '/x' }),
    )
  })
})

describe('jsonDocument', () => {
  const bigint = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
  const awkward = jsonArbitrary({ number: fc.oneof(finiteNumber, bigint) })

  it('gives the value that its document reads back as', () => {
    fc.assert(
      fc.property(awkward, (value) => {
        const { artifact, value: read } = jsonDocument('output', value)
        expect(artifact).toEqual(jsonArtifact('output', value))
        expect(read).toEqual(decodeJsonArtifact(artifact.id, artifact.bytes))
        expect(canonicalize(read)).toBe(canonicalize(value))
      }),
    )
  })

  it('gives a copy', () => {
    const inner = { a: 1 }
    const { value } = jsonDocument('output', { inner })
    inner.a = 2
    expect(value).toEqual({ inner: { a: 1 } })
  })

  it.each([
    [2 ** 53 - 1, 2 ** 53 - 1],
    [2 ** 60, 1_152_921_504_606_847_000n],
    [7n, 7],
    [1e20, 1e20],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
  ])('reads %d back as the parser of documents does', (given, read) => {
    expect(jsonDocument('output', given).value).toBe(read)
  })

  it('refuses what canonicalize refuses', () => {
    expect(() => jsonDocument('output', { x: 1.5 }, { numbers: 'integers_only' })).toThrow(
      refusal('float_not_allowed', { pointer: '/x' }),
    )
  })
})

describe('bytesArtifact', () => {
  it('copies, so that the caller may reuse the buffer', () => {
    const buffer = Buffer.from('<hello>')
    const artifact = bytesArtifact('attachment', buffer.subarray(1, 6))
    buffer.fill(0)
    expect(Buffer.from(artifact.bytes).toString()).toBe('hello')
    expect(artifact.id).toBe('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824')
    expect(artifact.kind).toBe('attachment')
  })
})

describe('decodeJsonArtifact', () => {
  it.each(['null', '"é😀"', '[]', '{"":[0.1,1e+21,-5],"a":{"b":"\\n"}}', '{"__proto__":1}'])(
    'gives the value of %s',
    (text) => {
      expect(decodeText(text)).toStrictEqual(JSON.parse(text))
    },
  )

  it('gives integers beyond 2^53 as bigint, and larger doubles as numbers', () => {
    expect(decodeText('[9007199254740991,9007199254740992,18446744073709551615]')).toEqual([
      9007199254740991,
      9007199254740992n,
      18446744073709551615n,
    ])
    expect(decodeText('[-9223372036854775808,1152921504606847000]', 'integers_only')).toEqual([
      -9223372036854775808n,
      1152921504606847000n,
    ])
    expect(decodeText('295147905179352830000')).toBe(2 ** 68)
  })

  it('refuses bytes that are not what the id names, before it reads them', () => {
    const expected = artifactIdOf('{}')
    expect(() => decodeJsonArtifact(expected, utf8.encode('{} '))).toThrow(
      refusal('artifact_corruption', { expected, actual: artifactIdOf('{} ') }),
    )
    expect(() => decodeJsonArtifact('' as ArtifactId, utf8.encode('{}'))).toThrow(
      refusal('artifact_corruption'),
    )
  })

  it.each(['', '{', '{"a":1,"a":1}', '"\\ud800"', '\ufeff{}', '['.repeat(1001) + ']'.repeat(1001)])(
    'refuses %j, which does not decode',
    (text) => {
      expect(() => decodeText(text)).toThrow(
        refusal('artifact_decode_failed', { artifactId: artifactIdOf(text) }),
      )
    },
  )

  it('refuses bytes that are not UTF-8', () => {
    const bytes = Uint8Array.of(0x22, 0xc3, 0x22)
    expect(() => decodeJsonArtifact(artifactIdOf(bytes), bytes)).toThrow(
      refusal('artifact_decode_failed'),
    )
  })

  it.each([
    '{ }',
    '{"b":1,"a":2}',
    '"\\u00e9"',
    '"\\/"',
    '1.0',
    '1E3',
    '-0',
    '0.10',
    '1e21',
    '100000000000000000000000', // 1e+23
    '295147905179352825856', // 2^68, which is written as 295147905179352830000
  ])('refuses %s, which is not canonical', (text) => {
    expect(() => decodeText(text)).toThrow(
      refusal('artifact_not_canonical', { artifactId: artifactIdOf(text) }),
    )
  })

  it.each(['1.5', '1.0', '1e3', '-0', '18446744073709551616'])(
    'refuses %s under integers_only',
    (text) => {
      expect(() => decodeText(`{"x":[${text}]}`, 'integers_only')).toThrow(
        refusal('artifact_float_not_allowed', { pointer: '/x/0' }),
      )
      expect(decodeText('{"x":[1]}', 'integers_only')).toEqual({ x: [1] })
    },
  )

  it('takes a document as deep as asked', () => {
    const value: unknown = JSON.parse('['.repeat(300) + ']'.repeat(300))
    const { id, bytes } = jsonArtifact('output', value, { maxDepth: 300 })
    expect(decodeJsonArtifact(id, bytes, { maxDepth: 300 })).toHaveLength(1)
    expect(() => decodeJsonArtifact(id, bytes, { maxDepth: 299 })).toThrow(
      refusal('artifact_decode_failed'),
    )
  })
})
