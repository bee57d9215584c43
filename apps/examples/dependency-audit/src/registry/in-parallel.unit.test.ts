import { describe, expect, it } from 'vitest'
import { inParallel } from './in-parallel.ts'

describe('inParallel', () => {
  it('keeps the order of the items and the limit', async () => {
    let running = 0
    let most = 0
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
    const mapped = inParallel([0, 1, 2, 3, 4], 2, async (item) => {
      running += 1
      most = Math.max(most, running)
      await gates[item]?.promise
      running -= 1
      return item * 10
    })
    for (const gate of gates.toReversed()) gate.resolve()
    expect(await mapped).toEqual([0, 10, 20, 30, 40])
    expect(most).toBe(2)
  })

  it('has nothing to do for no items', async () => {
    expect(await inParallel([], 3, () => Promise.reject(new Error('asked')))).toEqual([])
  })

  it('fails with the first failure', async () => {
    const failing = inParallel([1, 2], 1, (item) => Promise.reject(new Error(`item ${item}`)))
    await expect(failing).rejects.toThrow('item 1')
  })
})
