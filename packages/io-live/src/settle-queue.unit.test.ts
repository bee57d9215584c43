import { describe, expect, it } from 'vitest'
import { SettleQueue } from './settle-queue.ts'

describe('SettleQueue', () => {
  it('lets one caller finish what it can before the next goes on', async () => {
    const queue = new SettleQueue()
    const steps: string[] = []
    const caller = async (name: string) => {
      await queue.turn(true)
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

  it('lets what was recorded before come first, in the order in which it is asked for', async () => {
    const queue = new SettleQueue()
    const settled: string[] = []
    const earlier = async (name: string, delay: number) => {
      const answer = async (id: string) => {
        for (let turn = 0; turn < delay; turn++) await new Promise((next) => setImmediate(next))
        return id
      }
      const found = await queue.recorded(async () => name, answer)
      settled.push(found?.value ?? '')
    }
    const fresh = async (name: string) => {
      expect(await queue.recorded(async () => undefined, earlierNever)).toBeUndefined()
      await queue.turn(true)
      settled.push(name)
    }
    await Promise.all([fresh('new 1'), earlier('a', 3), earlier('b', 1), fresh('new 2')])
    expect(settled).toEqual(['a', 'b', 'new 1', 'new 2'])
  })

  it('does not wait for a caller that fails', async () => {
    const queue = new SettleQueue()
    const failing = queue.recorded(() => Promise.reject(new Error('no store')), earlierNever)
    const unreadable = queue.recorded(
      async () => 'id',
      () => Promise.reject(new Error('no payload')),
    )
    const fresh = queue.turn(true)
    await expect(failing).rejects.toThrow('no store')
    await expect(unreadable).rejects.toThrow('no payload')
    await fresh
  })
})

const earlierNever = () => Promise.reject(new Error('there is nothing to answer from'))
