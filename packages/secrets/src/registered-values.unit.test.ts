import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RegisteredValues } from './registered-values.ts'

const values = fc
  .string({ unit: 'grapheme', minLength: 6, maxLength: 40 })
  .filter((value) => value.length >= 6)

const ENCODINGS: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => encodeURIComponent(value),
  (value) => encodeURIComponent(value).replaceAll('%20', '+'),
  (value) => JSON.stringify(value),
  (value) => Buffer.from(value).toString('hex'),
  (value) => Buffer.from(value).toString('base64'),
  (value) => Buffer.from(value).toString('base64url'),
  (value) => Buffer.from(`user:${value}`).toString('base64'),
  (value) => Buffer.from(`ab${value}cd`).toString('base64'),
]

describe('registered values', () => {
  it('are found in every encoding, wherever they stand', () => {
    fc.assert(
      fc.property(values, fc.string(), fc.string(), fc.nat(8), (value, before, after, at) => {
        const registered = new RegisteredValues()
        registered.add(value, 'x')
        registered.add('another-value-4711', undefined)
        const encoded = ENCODINGS[at]?.(value) ?? value
        const text = `${before}${encoded}${after}`
        expect(registered.mayHold(text)).toBe(true)
        const [span] = registered.find(text)
        expect(span).toMatchObject({ rule: 'registered', value, name: 'x' })
      }),
    )
  })

  it('are found at either end and next to each other', () => {
    const registered = new RegisteredValues()
    registered.add('abcdef', undefined)
    registered.add('abcdefghi', undefined)
    const spans = registered.find('abcdefghiabcdef-abcdef')
    expect(spans.map(({ start, end }) => [start, end])).toEqual([
      [0, 9],
      [9, 15],
      [16, 22],
    ])
  })

  it('are not seen where they are not', () => {
    const registered = new RegisteredValues()
    expect(registered.mayHold('anything at all')).toBe(false)
    registered.add('abcdef', undefined)
    for (const text of ['', 'abcde', 'abcdxf', 'bcdefa', 'ABCDEF']) {
      expect([text, registered.mayHold(text), registered.find(text)]).toEqual([text, false, []])
    }
  })

  it('take with them the characters of a base64 text that hold some of their bits', () => {
    const registered = new RegisteredValues()
    registered.add('top-secret-1', undefined)
    const text = Buffer.from('u:top-secret-1').toString('base64')
    const [span] = registered.find(text)
    // `u:` fills two characters and four bits of the third.
    expect(span).toMatchObject({ start: 2, end: text.length })
  })
})
