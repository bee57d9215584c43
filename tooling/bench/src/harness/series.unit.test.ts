import { describe, expect, it } from 'vitest'
import { Series } from './series.ts'

const passes = (...all: readonly number[]) => all.map((millis) => ({ millis, cpuMillis: 5 }))

describe('Series', () => {
  it('counts units per second', () => {
    expect(new Series(100, passes(50)).rate.median).toBe(2000)
    expect(new Series(100, passes(50)).cpuMillisPerUnit.median).toBe(0.05)
  })

  it('compares within each round, so a slow round cancels out', () => {
    const ours = new Series(10, passes(20, 200, 30))
    const floor = new Series(10, passes(10, 100, 15))
    expect(ours.rateRatio(floor)).toEqual({ median: 0.5, min: 0.5, max: 0.5, mad: 0 })
    expect(ours.timeRatio(floor).median).toBe(2)
    expect(ours.millisAbove(floor)).toMatchObject({ median: 15, min: 10, max: 100 })
  })

  it('compares rates of sides that do different amounts', () => {
    expect(new Series(160, passes(40)).rateRatio(new Series(10, passes(10))).median).toBe(4)
  })
})
