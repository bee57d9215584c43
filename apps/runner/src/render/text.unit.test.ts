import { describe, expect, it } from 'vitest'
import { columns, fields } from './columns.ts'
import { jsonText } from './json-text.ts'
import { printable, shorten } from './printable.ts'
import { shellWord } from './shell-word.ts'
import { count, duration, isoTime } from './times.ts'

describe('foreign text', () => {
  it('cannot drive the terminal', () => {
    expect(printable('a\u001b[31mred\u0007\n\u009b2J\u202e')).toBe(
      'a\\u001b[31mred\\u0007\\u000a\\u009b2J\\u202e',
    )
    expect(printable('naïve ✓ 漢字')).toBe('naïve ✓ 漢字')
    expect(printable('\ud800')).toBe('\ufffd')
  })

  it('is cut by characters, and the cut is marked', () => {
    expect(shorten('abcdef', 6)).toBe('abcdef')
    expect(shorten('abcdef', 5)).toBe('abcd…')
    expect(shorten('😀😀😀', 2)).toBe('😀…')
  })
})

describe('JSON', () => {
  it('keeps integers that a double would round', () => {
    expect(jsonText({ n: 2n ** 64n - 1n })).toBe('{"n":18446744073709551615}')
  })

  it('holds no control character, and reads back as the same value', () => {
    const value = { text: 'a\u0000\u009b\u007f\u202e\u2028' }
    const text = jsonText(value, 2)
    expect(text.replaceAll('\n', '')).toMatch(/^[\u0020-\u007e]*$/)
    expect(JSON.parse(text)).toEqual(value)
  })

  it('writes null for nothing', () => {
    expect(jsonText(undefined)).toBe('null')
  })
})

describe('columns', () => {
  it('are aligned, without spaces at the end', () => {
    expect(
      columns([
        ['a', 'bbb', 'c'],
        ['aaa', 'b', ''],
      ]),
    ).toEqual(['a    bbb  c', 'aaa  b'])
  })

  it('leave out what has no value', () => {
    expect(
      fields([
        ['name', 'x'],
        ['other', undefined],
      ]),
    ).toEqual(['name  x'])
  })
})

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_999, '59.9 s'],
    [65_000, '1 min 05 s'],
    [3_600_000 * 2 + 180_000, '2 h 03 min'],
    [null, '-'],
  ])('writes %s ms as %s', (millis, text) => {
    expect(duration(millis)).toBe(text)
  })

  it('are in UTC, with milliseconds', () => {
    expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z')
    expect(isoTime(null)).toBe('-')
  })

  it('count in words', () => {
    expect(count(1, 'fact')).toBe('1 fact')
    expect(count(0, 'fact')).toBe('0 facts')
  })
})

describe('a proposed command', () => {
  it.each([
    ['sqlite:.mfm/runs.db', 'sqlite:.mfm/runs.db'],
    ['sqlite:my runs.db', "'sqlite:my runs.db'"],
    ["it's $(x)", "'it'\\''s $(x)'"],
    ['', "''"],
  ])('keeps %j one word', (text, word) => {
    expect(shellWord(text)).toBe(word)
  })
})
