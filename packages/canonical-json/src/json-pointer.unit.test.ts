import type { JsonValue } from '@mfm/core-types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPointer, getAtPointer } from './json-pointer.ts'

/** RFC 6901, section 5. */
const DOCUMENT = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
}

describe('getAtPointer', () => {
  it.each([
    ['', DOCUMENT],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('finds %j as RFC 6901 says', (pointer, value) => {
    expect(getAtPointer(DOCUMENT, pointer)).toStrictEqual(value)
  })

  it.each([
    'foo',
    '/foo/2',
    '/foo/-',
    '/foo/00',
    '/foo/01',
    '/foo/1e0',
    '/foo/length',
    '/bar',
    '/foo/0/0',
    '/toString',
    '/__proto__',
    '/m~n',
    '/m~2n',
    '/m~',
  ])('finds nothing at %j', (pointer) => {
    expect(getAtPointer(DOCUMENT, pointer)).toBeUndefined()
  })

  it('unescapes ~01 to ~1', () => {
    expect(getAtPointer({ '~1': 'tilde', '/': 'slash' }, '/~01')).toBe('tilde')
  })
})

describe('formatPointer', () => {
  it.each([
    [[], ''],
    [[''], '/'],
    [['a/b', 0, 'm~n', '~1'], '/a~1b/0/m~0n/~01'],
  ])('joins %j to %j', (parts, pointer) => {
    expect(formatPointer(parts)).toBe(pointer)
  })

  it('is undone by getAtPointer', () => {
    const name = fc.string({
      unit: fc.constantFrom('~', '/', '0', '1', 'a', '\ud800'),
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), (names) => {
        const value = names.reduceRight<JsonValue>(
          (inner, outer) => Object.fromEntries([[outer, inner]]),
          'end',
        )
        expect(getAtPointer(value, formatPointer(names))).toBe('end')
      }),
    )
  })
})
