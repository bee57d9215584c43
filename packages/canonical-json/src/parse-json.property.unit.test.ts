import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParserOptions } from './exact-parser.ts'
import { ExactParser } from './exact-parser.ts'
import { jsonArbitrary } from './json.fixture.ts'
import type { ParseOptions } from './parse-json.ts'
import { parseJson } from './parse-json.ts'
import { parseUsual } from './usual-parser.ts'

const RUNS = { numRuns: 1000 }

type Outcome = { readonly value: unknown } | { readonly code: unknown; readonly details: unknown }

function outcome(parse: () => unknown): Outcome {
  try {
    return { value: parse() }
  } catch (error) {
    const { code, details } = error as { code: unknown; details: unknown } // compared, whatever was thrown
    return { code, details }
  }
}

const space = fc.constantFrom('', '', ' ', '\n\t')
const token = fc.oneof(
  fc.constantFrom('true', 'false', 'null', '0', '-0', '1.0', '1E3', '-1e-7', '1e400', '0.1000'),
  fc.constantFrom(
    '9007199254740991',
    '9007199254740993',
    '1152921504606847000',
    '18446744073709551615',
  ),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(String),
)
const stringToken = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      '"',
      '\\"',
      '\\\\',
      '\\u0022',
      '\\u0061',
      '\\ud83d\\ude00',
      '\\ud800',
      'é',
      '\ud83d\ude00',
      '\udc00',
      '/',
      '\\/',
      '\\n',
      ':',
      ',',
      '{"',
    ),
    { maxLength: 3 },
  )
  .map((parts) => `"${parts.join('')}"`)

/** Texts that are often JSON, with double names, every spelling of a string, and numbers of all kinds. */
const { text } = fc.letrec<{ text: string; member: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    token,
    stringToken,
    fc.array(tie('text'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc.array(tie('member'), { maxLength: 5 }).map((members) => `{${members.join(',')}}`),
  ),
  member: fc
    .tuple(
      space,
      fc.oneof(fc.constantFrom('"a"', '"b"', '"\\u0061"', '"__proto__"'), stringToken),
      space,
      tie('text'),
      space,
    )
    .map(([before, name, between, value, after]) =>
      [before, name, between, ':', value, after].join(''),
    ),
}))

const edit = fc.record({
  at: fc.nat({ max: 200 }),
  remove: fc.nat({ max: 3 }),
  insert: fc.constantFrom(
    '',
    '"',
    '\\',
    ',',
    ':',
    '{',
    ']',
    '0',
    '.',
    'e',
    ' ',
    '\u0001',
    '\ud800',
  ),
})

function edited(
  source: string,
  edits: readonly { at: number; remove: number; insert: string }[],
): string {
  return edits.reduce((result, { at, remove, insert }) => {
    const from = at % (result.length + 1)
    return result.slice(0, from) + insert + result.slice(from + remove)
  }, source)
}

const options: fc.Arbitrary<ParseOptions> = fc.record({
  integers: fc.constantFrom('refuse', 'bigint', 'string'),
  numbers: fc.constantFrom('rfc8785', 'integers_only'),
  maxDepth: fc.constantFrom(2, 1000),
})

function exactOptions({ integers, numbers, maxDepth }: ParseOptions): ParserOptions {
  return {
    integers: integers ?? 'refuse',
    integersOnly: numbers === 'integers_only',
    maxDepth: maxDepth ?? 1000,
  }
}

function expectSame(source: string, given: ParseOptions): void {
  const exact = outcome(() => new ExactParser(source, exactOptions(given)).parse())
  const ours = outcome(() => parseJson(source, given))
  // toStrictEqual mistakes a member named `constructor` for the class.
  expect(isDeepStrictEqual(ours, exact)).toBe(true)
}

describe('parseJson, for any text', () => {
  it('says what the exact parser says of texts made by hand', () => {
    fc.assert(fc.property(text, options, expectSame), RUNS)
  })

  it('says what the exact parser says of damaged texts', () => {
    const source = fc.oneof(
      text,
      jsonArbitrary().map((value) => JSON.stringify(value)),
      jsonArbitrary().map((value) => JSON.stringify(value, null, 2)),
    )
    const damaged = fc
      .tuple(source, fc.array(edit, { maxLength: 3 }))
      .map(([of, edits]) => edited(of, edits))
    fc.assert(fc.property(damaged, options, expectSame), RUNS)
  })

  it('refuses the syntax that JSON.parse refuses, and no other', () => {
    fc.assert(
      fc.property(text, fc.array(edit, { maxLength: 2 }), (of, edits) => {
        const source = edited(of, edits)
        const given = exactOptions({ integers: 'bigint' })
        const ours = outcome(() => new ExactParser(source, given).parse())
        const isJson = 'value' in outcome(() => JSON.parse(source))
        expect('value' in ours ? isJson : !(isJson && ours.code === 'json_syntax')).toBe(true)
      }),
      RUNS,
    )
  })

  it('reads what JSON.stringify writes, mostly without the exact parser', () => {
    const number = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0.5, -1e-7))
    let usual = 0
    let all = 0
    fc.assert(
      fc.property(jsonArbitrary({ number }), fc.constantFrom(0, 2), (value, indent) => {
        const source = JSON.stringify(value, null, indent)
        const parsed = parseUsual(source, exactOptions({}))
        all += 1
        usual += parsed === undefined ? 0 : 1
        expect(isDeepStrictEqual(parseJson(source), value)).toBe(true)
        expect(parsed === undefined || isDeepStrictEqual(parsed, value)).toBe(true)
      }),
      RUNS,
    )
    expect(usual).toBeGreaterThan(all / 2)
  })

  it('is not led astray by names that V8 has seen', () => {
    const name = fc.array(fc.constantFrom('\\', '"', '\n', 'n', 'u', 'a'), { maxLength: 3 })
    const object = fc
      .array(name, { minLength: 1, maxLength: 3 })
      .map((names) => Object.fromEntries(names.map((parts, index) => [parts.join(''), index])))
    fc.assert(
      fc.property(object, (value) => {
        expect(Object.keys(Object(parseJson(JSON.stringify(value))))).toEqual(Object.keys(value))
      }),
      RUNS,
    )
    parseJson('{"h":[],"\\\\":0}')
    expect(parseJson('{"h":1,"\\"":2}')).toEqual({ h: 1, '"': 2 })
  })
})
