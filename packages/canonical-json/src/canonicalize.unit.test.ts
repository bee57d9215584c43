import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalBytes, canonicalize } from './canonicalize.ts'
import { parseJson } from './parse-json.ts'

/** RFC 8785, appendix B: the double in hexadecimal, and its text. */
const NUMBERS = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const

function double(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE()
}

function refusal(code: string, pointer: string): unknown {
  return expect.objectContaining({ code, details: { pointer } })
}

describe('RFC 8785', () => {
  it.each(NUMBERS)('writes the double %s as %s', (hex, text) => {
    expect(canonicalize(double(hex))).toBe(text)
    expect(canonicalize([double(hex)])).toBe(`[${text}]`)
  })

  it.each(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])(
    'refuses the double %s',
    (hex) => {
      expect(() => canonicalize(double(hex))).toThrow(refusal('json_not_representable', ''))
      expect(() => canonicalize([double(hex)])).toThrow(refusal('json_not_representable', '/0'))
    },
  )

  it('writes the example of section 3.2.2', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`
    const bytes =
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333' +
      '333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22' +
      'e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d'
    expect(Buffer.from(canonicalBytes(parseJson(input))).toString('hex')).toBe(bytes)
  })

  it('sorts the names of section 3.2.3 by UTF-16 code units', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    expect(Object.values(JSON.parse(canonicalize(value)))).toEqual([
      'One', // an integer name, which no engine keeps where it was written
      'Carriage Return',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
    expect(canonicalize(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control",' +
        '"ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face",' +
        '"\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    )
  })

  it('escapes what must be escaped and nothing else', () => {
    const controls = Array.from({ length: 0x20 }, (_, unit) => String.fromCharCode(unit)).join('')
    expect(canonicalize(controls)).toBe(
      '"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f' +
        '\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d' +
        '\\u001e\\u001f"',
    )
    expect(canonicalize('/\u007f\u0080\u2028\u2029é😀\uffff')).toBe(
      '"/\u007f\u0080\u2028\u2029é😀\uffff"',
    )
    expect(canonicalize({ '"\\\n': 'a"b\\c' })).toBe('{"\\"\\\\\\n":"a\\"b\\\\c"}')
  })
})

describe('canonicalize', () => {
  it.each([
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [{ z: { y: 2, x: 1 }, l: [true, null, 3] }, '{"l":[true,null,3],"z":{"x":1,"y":2}}'],
    ['p\nq', '"p\\nq"'],
    [{}, '{}'],
    [[], '[]'],
    [[[], {}, ''], '[[],{},""]'],
    [null, 'null'],
    [1700000000123, '1700000000123'],
    [{ s: 'x', t: 'y', n: 1, u: 'z' }, '{"n":1,"s":"x","t":"y","u":"z"}'],
    [{ s: '', b: false, o: {}, z: '' }, '{"b":false,"o":{},"s":"","z":""}'],
    [['', 0, '', [''], 1023, 1024, -1], '["",0,"",[""],1023,1024,-1]'],
  ])('writes %j as %s', (value, text) => {
    expect(canonicalize(value)).toBe(text)
  })

  it('writes bigints of 64 bits exactly and refuses longer ones', () => {
    expect(canonicalize([2n ** 64n - 1n, -(2n ** 63n), 2n ** 60n, 0n])).toBe(
      '[18446744073709551615,-9223372036854775808,1152921504606846976,0]',
    )
    for (const value of [2n ** 64n, -(2n ** 63n) - 1n]) {
      expect(() => canonicalize({ n: value })).toThrow(refusal('json_number_inexact', '/n'))
      expect(() => canonicalize({ n: value }, { numbers: 'integers_only' })).toThrow(
        refusal('float_not_allowed', '/n'),
      )
    }
  })

  it('gives a number and a bigint of the same safe integer the same bytes', () => {
    for (const value of [0, -0, 7, -1024, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      expect(canonicalize(value)).toBe(canonicalize(BigInt(value)))
    }
  })

  it('takes integers alone under integers_only', () => {
    const strict = { numbers: 'integers_only' } as const
    expect(canonicalize([0, -1, 2 ** 53 - 1, 2n ** 64n - 1n], strict)).toBe(
      '[0,-1,9007199254740991,18446744073709551615]',
    )
    for (const value of [1.5, 0.1, -0, 2 ** 53, 1e21, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => canonicalize({ x: [value] }, strict)).toThrow(
        refusal('float_not_allowed', '/x/0'),
      )
    }
  })

  it('refuses what has no JSON form, and says where', () => {
    const sparse: unknown[] = [1]
    sparse[2] = 3
    const refused: [unknown, string][] = [
      [undefined, ''],
      [{ a: undefined }, '/a'],
      [{ 'a/b~': [1, { c: () => 1 }] }, '/a~1b~0/1/c'],
      [sparse, '/1'],
      [[Symbol('s')], '/0'],
      [{ at: new Date(0) }, '/at'],
      [new Map(), ''],
      [[new (class Point {})()], '/0'],
      [[Object.create({ a: 1 })], '/0'],
      [[new (class List extends Array {})()], '/0'],
      [[Object(1)], '/0'],
      [[new Uint8Array(1)], '/0'],
      [{ a: 'x', s: 'long enough \ud800' }, '/s'],
      [['\udc00'], '/0'],
      [{ b: { '\ud800': 1 } }, '/b/\ufffd'],
      [{ b: { a: 1, c: { toJSON: () => 1 } } }, '/b/c/toJSON'],
    ]
    for (const [value, pointer] of refused) {
      expect(() => canonicalize(value)).toThrow(refusal('json_not_representable', pointer))
    }
  })

  it('names the first problem in canonical order', () => {
    expect(() => canonicalize({ z: undefined, a: [0, undefined], b: undefined })).toThrow(
      refusal('json_not_representable', '/a/1'),
    )
  })

  it('names the place where a value first contains itself', () => {
    const self: Record<string, unknown> = { a: { b: [0] } }
    ;(self['a'] as Record<string, unknown>)['c'] = self
    const items: unknown[] = []
    items.push(items)
    let deep: Record<string, unknown> = {}
    const bottom = deep
    for (let level = 0; level < 40; level++) deep = { deep }
    bottom['deep'] = bottom
    expect(() => canonicalize(self)).toThrow(refusal('json_not_representable', '/a/c'))
    expect(() => canonicalize([1, items])).toThrow(refusal('json_not_representable', '/1/0'))
    expect(() => canonicalize(deep)).toThrow(refusal('json_not_representable', '/deep'.repeat(41)))
  })

  it('takes one value at several places', () => {
    const shared = { a: [1] }
    let nested: unknown = [shared, shared]
    for (let level = 0; level < 30; level++) nested = [nested]
    expect(canonicalize({ x: shared, y: shared })).toBe('{"x":{"a":[1]},"y":{"a":[1]}}')
    expect(canonicalize(nested)).toContain('{"a":[1]},{"a":[1]}')
  })

  it('counts levels exactly, up to the ceiling', () => {
    const nest = (levels: number): unknown =>
      JSON.parse(`${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`)
    expect(canonicalize(1, { maxDepth: 0 })).toBe('1')
    expect(() => canonicalize([], { maxDepth: 0 })).toThrow(refusal('json_too_deep', ''))
    expect(canonicalize(nest(4), { maxDepth: 4 })).toBe('[{"a":[{"a":1}]}]')
    expect(() => canonicalize(nest(4), { maxDepth: 3 })).toThrow(refusal('json_too_deep', '/0/a/0'))
    expect(canonicalize(nest(1000))).toHaveLength(4001)
    expect(() => canonicalize(nest(1002))).toThrow(
      expect.objectContaining({ code: 'json_too_deep' }),
    )
  })

  it('reads a getter once and never calls toJSON', () => {
    let reads = 0
    const value = {
      b: 1,
      get a() {
        reads += 1
        return 'read'
      },
    }
    expect(canonicalize(value)).toBe('{"a":"read","b":1}')
    expect(reads).toBe(1)
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'no', configurable: true })
    try {
      expect(canonicalize({ b: { c: [] } })).toBe('{"b":{"c":[]}}')
    } finally {
      Reflect.deleteProperty(Object.prototype, 'toJSON')
    }
  })

  it('refuses a getter that removes members, of a new shape and of a known one', () => {
    for (let round = 0; round < 3; round++) {
      const value: Record<string, unknown> = {
        get removes() {
          delete value['removed']
          return 1
        },
        removed: 2,
        stays: 3,
      }
      expect(() => canonicalize([value])).toThrow(refusal('json_not_representable', '/0'))
    }
    expect(canonicalize({ stays: 3, removed: 2, removes: 1 })).toBe(
      '{"removed":2,"removes":1,"stays":3}',
    )
  })

  it('writes own members only, __proto__ and numbers among them', () => {
    const value: unknown = JSON.parse('{"__proto__":{"x":1},"constructor":2,"10":3,"9":4}')
    expect(canonicalize(value)).toBe('{"10":3,"9":4,"__proto__":{"x":1},"constructor":2}')
    expect(canonicalize(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}')
    Object.defineProperty(Object.prototype, 'ghost', {
      value: 1,
      enumerable: true,
      configurable: true,
    })
    const text = canonicalize({ a: 1 })
    Reflect.deleteProperty(Object.prototype, 'ghost')
    expect(text).toBe('{"a":1}')
  })

  it('sorts objects of many members', () => {
    const names = Array.from({ length: 100 }, (_, index) => `n${index}"`)
    const value = Object.fromEntries(names.map((name, index) => [name, index]))
    const members = names.toSorted().map((name) => `${JSON.stringify(name)}:${value[name]}`)
    expect(canonicalize([value])).toBe(`[{${members.join(',')}}]`)
    expect(() => canonicalize([{ ...value, 'm\udc00': 1 }])).toThrow(
      refusal('json_not_representable', '/0/m\ufffd'),
    )
    expect(() => canonicalize([{ ...value, m: undefined }])).toThrow(
      refusal('json_not_representable', '/0/m'),
    )
  })

  it('stays right when there are more shapes than are kept', () => {
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 700; index++) {
        const value = { [`z${index}`]: 'a', m: index, [`a${index}`]: 'b' }
        expect(canonicalize(value)).toBe(`{"a${index}":"b","m":${index},"z${index}":"a"}`)
      }
    }
  })

  it.each([{ numbers: 'floats' }, { maxDepth: -1 }, { maxDepth: 1.5 }, { maxDepth: 1001 }])(
    'refuses the options %j',
    (options) => {
      expect(() => canonicalize(1, options as { maxDepth?: number })).toThrow(
        expect.objectContaining({ code: 'invalid_option' }),
      )
    },
  )
})

describe('canonicalBytes', () => {
  it('is the UTF-8 form of the text', () => {
    const bytes = canonicalBytes({ b: 'é😀', a: '\u2028' })
    expect(bytes.constructor).toBe(Uint8Array)
    expect(Buffer.from(bytes).toString()).toBe('{"a":"\u2028","b":"é😀"}')
  })

  it('gives the manifest of the specification its digest', () => {
    const manifest = parseJson(`{
      "op_id": "demo", "op_version": "v1",
      "input_params": {"pipeline": {"machine_id":"demo","pipeline_version":"v1",
          "steps":[{"step_id":"main","op_id":"demo","op_version":"v1","op_config":{}}]}, "input": {}},
      "run_config": {
        "io_mode": "Live",
        "retry_policy": {"max_attempts":1,"backoff":{"Fixed":{"delay":{"secs":0,"nanos":0}}}},
        "event_profile": "Normal", "execution_mode": "Sequential",
        "context_checkpointing": "AfterEveryState", "replay_missing_fact_retryable": false,
        "skip_tags": [], "nix_flake_allowlist": []
      },
      "build": {"git_commit":null,"cargo_lock_hash":null,"flake_lock_hash":null,
                "rustc_version":null,"target_triple":null,"env_allowlist":[]}
    }`)
    const bytes = canonicalBytes(manifest, { numbers: 'integers_only' })
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      '38520bba02e11a3af73011842c3d45e6cc92edfa0cbe71835061bc195c58f23c',
    )
  })
})
