import { describe, expect, it } from 'vitest'
import { interleave } from './interleave.ts'

describe('interleave', () => {
  it('measures in turn and leaves the warm-ups out', async () => {
    const order: string[] = []
    const sideOf = (name: string, millis: number) => ({
      units: 10,
      pass: async () => {
        order.push(name)
        return { millis: millis * order.length, cpuMillis: 1 }
      },
    })
    const { a, b } = await interleave(
      { a: sideOf('a', 1), b: sideOf('b', 2) },
      { count: 2, warmUps: 1 },
    )
    expect(order.join('')).toBe('ababab')
    expect(a.passes.map(({ millis }) => millis)).toEqual([3, 5])
    expect(b.passes.map(({ millis }) => millis)).toEqual([8, 12])
  })
})
