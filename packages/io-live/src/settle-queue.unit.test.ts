import { describe, expect, it } from 'vitest'
import { SettleQueue } from './settle-queue.ts'

describe('SettleQueue', () => {
  it('lets one caller finish what it can before the next goes on', async () => {
    const queue = new SettleQueue()
    const steps: string[] = []
    const caller = async (name: string) => {
      await queue.turn()
      for (let step = 0; step < 3; step++) {
        steps.push(`${name}${step}`)
        await Promise.resolve()
      }
    }
    const late = async () => {
      await caller('a')
      await caller('late ')
    }
    await Promise.all([late(), caller('b'), caller('c')])
    const names = ['a', 'b', 'c', 'late ']
    expect(steps).toEqual(names.flatMap((name) => [0, 1, 2].map((step) => `${name}${step}`)))
  })
})
