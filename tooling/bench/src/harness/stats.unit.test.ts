import { describe, expect, it } from 'vitest'
import { spreadOf } from './stats.ts'

describe('spreadOf', () => {
  it('takes the value in the middle, whatever the order', () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9, mad: 4 })
  })

  it('takes the mean of the two in the middle', () => {
    expect(spreadOf([4, 1, 100, 2]).median).toBe(3)
  })

  it('is not moved by one outlier', () => {
    expect(spreadOf([10, 11, 12, 13, 1000])).toMatchObject({ median: 12, mad: 1 })
  })

  it('knows nothing of no values', () => {
    expect(() => spreadOf([])).toThrow(RangeError)
  })
})
