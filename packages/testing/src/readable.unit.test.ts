import { canonicalize } from '@mfm/canonical-json'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compactJson, indentJson } from './json-layout.ts'
import { fromReadable, toReadable } from './readable.ts'

const LONG =
  '{"b":[1,2.50,{"a":"x y, z: {}"}],"empty":{},"none":[],"text":"a \\"quoted\\" part of it"}'

describe('readable values', () => {
  it('come back as they were, whatever they are', () => {
    const member = fc.oneof(fc.string(), fc.constantFrom('$json', '$lines', '$$json', '__proto__'))
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json({ maxDepth: 4 }),
      fc.constantFrom(LONG, `${LONG} `, '[[[[]]]]]]]'.repeat(9), '"', 'a\nb', '\r\n'),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.array(fc.tuple(member, tie('value')), { maxLength: 3 }).map(Object.fromEntries),
      ),
    }))
    fc.assert(
      fc.property(value, (given) => {
        const json = given as Parameters<typeof toReadable>[0] // built of JSON alone
        const text = canonicalize(toReadable(json))
        expect(canonicalize(fromReadable(JSON.parse(text)))).toBe(canonicalize(json))
      }),
      { numRuns: 500 },
    )
  })

  it('show compact JSON and texts of several lines line by line', () => {
    expect(toReadable('one\ntwo')).toEqual({ $lines: ['one', 'two'] })
    expect(toReadable(LONG)).toEqual({ $json: indentJson(LONG).split('\n') })
    expect(indentJson(LONG)).toContain('\n  "empty": {},\n')
    expect(compactJson(indentJson(LONG))).toBe(LONG)
  })

  it('leave other texts alone', () => {
    for (const text of ['', 'short', '{"a":1}', `${LONG} `, '[[[[[[]]]]]]]]]]'.repeat(9)]) {
      expect(fromReadable(toReadable(text))).toBe(text)
    }
    expect(toReadable(`${LONG} `)).toBe(`${LONG} `)
  })
})
