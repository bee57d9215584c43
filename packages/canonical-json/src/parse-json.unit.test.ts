import { describe, expect, it } from 'vitest'
import { parseJson } from './parse-json.ts'

function refusal(code: string, details: unknown): unknown {
  return expect.objectContaining({ code, details })
}

const utf8 = new TextEncoder()

describe('parseJson', () => {
  it.each([
    ['null', null],
    [' \t\r\n[ 1 , 2.50 , -0.1e+2 ]\n', [1, 2.5, -10]],
    ['{"a":{"b":[true,false,""]}}', { a: { b: [true, false, ''] } }],
    ['"\\u00e9\\ud83d\\ude00\\"\\/\\b"', 'é😀"/\b'],
    ['[0.1000, 1.0, 1E3, 0.30000000000000004, 1e-400]', [0.1, 1, 1000, 0.30000000000000004, 0]],
    ['-0', -0],
    ['{"\\u0061":1,"A":2}', { a: 1, A: 2 }],
    ['{"\\u0022":1}', { '"': 1 }],
  ])('reads %s from text and from bytes', (text, value) => {
    expect(parseJson(text)).toStrictEqual(value)
    expect(parseJson(utf8.encode(text))).toStrictEqual(value)
  })

  it('makes __proto__ an own member', () => {
    const usual = parseJson('{"__proto__":{"x":1}}')
    const exact = parseJson('{"__proto__":{"x":9007199254740993}}', { integers: 'bigint' })
    for (const value of [usual, exact]) {
      expect(Object.keys(Object(value))).toEqual(['__proto__'])
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    }
  })

  it.each([
    ['', 0],
    ['[1,]', 3],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['{a:1}', 1],
    ['01', 1],
    ['1.', 1],
    ['-', 0],
    ['+1', 0],
    ['tru', 0],
    ['nul', 0],
    ['"abc', 4],
    ['"a\nb"', 2],
    ['"a\\x"', 2],
    ['"\\u12g4"', 1],
    ['1 2', 2],
    ['[1\u00a0]', 2],
    ["'a'", 0],
    ['NaN', 0],
    ['[', 1],
    ['\ufeff{}', 0],
    ['{"a":1,"b":[}', 12],
  ])('refuses %j at offset %i', (text, offset) => {
    expect(() => parseJson(text)).toThrow(refusal('json_syntax', { offset }))
    expect(() => parseJson(utf8.encode(text))).toThrow(refusal('json_syntax', { offset }))
  })

  it.each([
    [[0xff]],
    [[0x22, 0xc3, 0x22]],
    [[0x22, 0xed, 0xa0, 0x80, 0x22]],
    [[0xfe, 0xff, 0, 0x31]],
  ])('refuses the bytes %j, which are not UTF-8', (bytes) => {
    expect(() => parseJson(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'json_syntax' }),
    )
  })

  it.each([
    ['{"a":1,"a":1}', '/a'],
    ['[{"b":{"x":1,"y":2,"x":3}}]', '/0/b/x'],
    ['{"a":"\\"","\\u0061":"\\""}', '/a'],
    ['{"a":0,"a":"\\u0022\\u0022"}', '/a'], // as many quotation marks as {"a":"\"\""} needs
    ['{"":0,"":0}', '/'],
    ['{"__proto__":1,"__proto__":2}', '/__proto__'],
    ['{"a/b":{},"a/b":[]}', '/a~1b'],
  ])('refuses the second member in %s', (text, pointer) => {
    expect(() => parseJson(text)).toThrow(refusal('json_duplicate_member', { pointer }))
  })

  it('is not led astray by an enumerable member of Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'ghost', {
      value: 1,
      enumerable: true,
      configurable: true,
    })
    let caught: unknown
    try {
      parseJson('{"a":1,"a":1}')
    } catch (error) {
      caught = error
    }
    Reflect.deleteProperty(Object.prototype, 'ghost')
    expect(caught).toMatchObject({ code: 'json_duplicate_member' })
  })

  it.each([
    ['["\\ud800"]', '/0'],
    ['{"a":"\\udc00\\ud800"}', '/a'],
    ['{"a":{"x":1,"\\uDFFF":1}}', '/a'],
    ['["\ud800"]', '/0'],
  ])('refuses the lone surrogate in %j', (text, pointer) => {
    expect(() => parseJson(text)).toThrow(refusal('json_not_representable', { pointer }))
  })

  describe('integers', () => {
    it('refuses what a double does not hold', () => {
      for (const token of [
        '9007199254740993',
        '-9007199254740993',
        '18446744073709551615',
        '9223372036854775808', // 2^63 is a double, but ECMAScript writes it as 9223372036854776000
        '9223372036854776000', // and that is not the value of any double
        '1'.repeat(400),
      ]) {
        expect(() => parseJson(`{"n":[${token}]}`)).toThrow(
          refusal('json_number_inexact', { pointer: '/n/0' }),
        )
      }
    })

    it('takes what a double holds', () => {
      expect(parseJson('[9007199254740991,9007199254740992,-9007199254740994]')).toEqual([
        2 ** 53 - 1,
        2 ** 53,
        -(2 ** 53) - 2,
      ])
      expect(parseJson('100000000000000000000')).toBe(1e20)
    })

    it('keeps all beyond 2^53 as bigint or as text when asked', () => {
      const text =
        '[1,9007199254740991,9007199254740992,-9007199254740993,123456789012345678901234567890,1e30]'
      expect(parseJson(text, { integers: 'bigint' })).toEqual([
        1,
        9007199254740991,
        9007199254740992n,
        -9007199254740993n,
        123456789012345678901234567890n,
        1e30,
      ])
      expect(parseJson(text, { integers: 'string' })).toEqual([
        1,
        9007199254740991,
        '9007199254740992',
        '-9007199254740993',
        '123456789012345678901234567890',
        1e30,
      ])
    })

    it.each(['refuse', 'bigint', 'string'] as const)(
      'refuses a number beyond all doubles under %s',
      (integers) => {
        expect(() => parseJson('[-1e400]', { integers })).toThrow(
          refusal('json_number_inexact', { pointer: '/0' }),
        )
      },
    )
  })

  describe('integers_only', () => {
    const strict = { numbers: 'integers_only' } as const

    it.each(['1.5', '1.0', '1e3', '1E0', '-0', '18446744073709551616', '-9223372036854775809'])(
      'refuses %s',
      (token) => {
        expect(() => parseJson(`{"x":[1,${token}]}`, strict)).toThrow(
          refusal('float_not_allowed', { pointer: '/x/1' }),
        )
      },
    )

    it('takes integers, and texts that look like fractions', () => {
      expect(parseJson('{"v":"1.5e3","t":"2024-05-06T07:08:09.123Z","n":-12}', strict)).toEqual({
        v: '1.5e3',
        t: '2024-05-06T07:08:09.123Z',
        n: -12,
      })
      expect(parseJson('[18446744073709551615]', { ...strict, integers: 'bigint' })).toEqual([
        18446744073709551615n,
      ])
      expect(() => parseJson('[9007199254740992]', strict)).toThrow(
        refusal('json_number_inexact', { pointer: '/0' }),
      )
    })
  })

  it('counts levels exactly, up to the ceiling', () => {
    const nest = (levels: number): string =>
      `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`
    expect(parseJson('1', { maxDepth: 0 })).toBe(1)
    expect(() => parseJson('{}', { maxDepth: 0 })).toThrow(
      refusal('json_too_deep', { pointer: '' }),
    )
    expect(parseJson(nest(4), { maxDepth: 4 })).toEqual([{ a: [{ a: 1 }] }])
    expect(() => parseJson(nest(4), { maxDepth: 3 })).toThrow(
      refusal('json_too_deep', { pointer: '/0/a/0' }),
    )
    const exact = nest(1000).replace('1', '9007199254740993')
    expect(parseJson(nest(1000))).toHaveLength(1)
    expect(parseJson(exact, { integers: 'bigint' })).toHaveLength(1)
    for (const hostile of ['['.repeat(200_000), '{"a":'.repeat(200_000), nest(200_000)]) {
      expect(() => parseJson(hostile)).toThrow(expect.objectContaining({ code: 'json_too_deep' }))
    }
  })

  it('reads long strings with escapes on the exact path', () => {
    const long = 'a'.repeat(2_000_000)
    expect(parseJson(`["${long}\\u0022${long}"]`)).toEqual([`${long}"${long}`])
  })

  it('refuses an unknown mode', () => {
    expect(() => parseJson('1', { integers: 'round' as 'refuse' })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    )
  })
})
