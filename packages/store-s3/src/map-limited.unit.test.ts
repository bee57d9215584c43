import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { mapLimited } from './map-limited.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('mapLimited', () => {
  it('keeps the order and the width', async () => {
    let underWay = 0
    let most = 0
    const items = Array.from({ length: 20 }, (_, index) => index)
    const results = await mapLimited(items, { width: 3, signal: undefined }, async (item) => {
      underWay++
      most = Math.max(most, underWay)
      for (let turns = 20 - item; turns > 0; turns--) await turn()
      underWay--
      return item * 2
    })
    expect(results).toEqual(items.map((item) => item * 2))
    expect(most).toBe(3)
  })

  it('rejects with the first failure, having aborted the others and begun no more', async () => {
    const begun: number[] = []
    const aborted: unknown[] = []
    const mapping = mapLimited(
      [0, 1, 2, 3],
      { width: 2, signal: undefined },
      async (item, signal) => {
        begun.push(item)
        if (item === 1) throw new Error('first')
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        aborted.push(item)
        throw new Error('later')
      },
    )
    await expect(mapping).rejects.toThrow('first')
    expect([begun, aborted]).toEqual([[0, 1], [0]])
  })

  it('ends by its signal and leaves no listener on it', async () => {
    const { signal } = new AbortController()
    expect(await mapLimited([1], { width: 9, signal }, async (item) => item)).toEqual([1])
    expect(await mapLimited([], { width: 9, signal }, async (item) => item)).toEqual([])
    expect(getEventListeners(signal, 'abort')).toEqual([])
    const before = mapLimited([1], { width: 1, signal: AbortSignal.abort('no') }, async () => 1)
    await expect(before).rejects.toBe('no')
  })
})
