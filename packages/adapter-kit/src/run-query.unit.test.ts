import { hasCode } from '@mfm/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRange, readCursor, writeCursor } from './run-query.ts'

function isRefused(secret: string, cursor: string): boolean {
  try {
    readCursor(secret, cursor)
    return false
  } catch (error) {
    return hasCode(error, 'cursor_invalid')
  }
}

describe('a cursor', () => {
  it('gives its position to the store that made it and to no other', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.string(), (position, secret, other) => {
        const cursor = writeCursor(secret, position)
        expect(readCursor(secret, cursor)).toBe(position)
        expect(isRefused(other, cursor)).toBe(secret !== other)
      }),
    )
  })

  it('is refused where it was changed or made up', () => {
    fc.assert(fc.property(fc.string(), (forged) => isRefused('secret', forged)))
    expect(isRefused('secret', Buffer.from('3.abc').toString('base64url'))).toBe(true)
  })
})

describe('a range', () => {
  it.each([{ from: -1 }, { to: 1.5 }, { from: Number.NaN }, { from: '1' }, { what: 1 }, null])(
    'is refused as %j',
    (range) => {
      expect(() => checkRange(range as never)).toThrow(
        expect.objectContaining({ code: 'invalid_option' }),
      )
    },
  )
})
