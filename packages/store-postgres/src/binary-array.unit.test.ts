import { describe, expect, it } from 'vitest'
import { binaryArray } from './binary-array.ts'

describe('binaryArray', () => {
  it('is what array_send of PostgreSQL gives for the same array', () => {
    // select encode(array_send(array['a', 'é', '']), 'hex')
    const texts = '0000000100000000000000190000000300000001000000016100000002c3a900000000'
    expect(binaryArray('text', ['a', 'é', '']).toString('hex')).toBe(texts)
    // select encode(array_send(array['\x00ff'::bytea]), 'hex')
    const bytes = '000000010000000000000011000000010000000100000002 00ff'.replace(' ', '')
    expect(binaryArray('bytea', [Uint8Array.of(0, 255)]).toString('hex')).toBe(bytes)
  })
})
