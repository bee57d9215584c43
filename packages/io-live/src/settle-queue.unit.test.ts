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

  it('lets what is known come first, in the order in which it is asked for', async () => {
    const queue = new SettleQueue()
    const settled: string[] = []
    const known = async (name: string, delay: number) => {
      settled.push(await queue.known(() => after(delay, name)))
    }
    const fresh = async (name: string) => {
      queue.leavePlace(queue.takePlace())
      await queue.turn()
      settled.push(name)
    }
    await Promise.all([fresh('new 1'), known('a', 3), known('b', 1), fresh('new 2')])
    expect(settled).toEqual(['a', 'b', 'new 1', 'new 2'])
  })

  it('lets nobody go on with a new fact as long as a place is held', async () => {
    const queue = new SettleQueue()
    const settled: string[] = []
    const place = queue.takePlace()
    const fresh = queue.turn().then(() => settled.push('new'))
    const other = queue.known(() => after(0, 'known')).then((name) => settled.push(name))
    await after(3, undefined)
    expect(settled).toEqual([])
    queue.leavePlace(place)
    await Promise.all([fresh, other])
    expect(settled).toEqual(['known', 'new'])
  })

  it('tells a part how many facts and parts came before it', async () => {
    const queue = new SettleQueue()
    const parts = [queue.part()]
    const facts = [queue.turn(), queue.turn(false)]
    parts.push(queue.part())
    await Promise.all(facts)
    expect(await Promise.all(parts)).toEqual([
      { facts: 0, parts: 0 },
      { facts: 1, parts: 1 },
    ])
  })

  it('tells a caller of what failed, or was refused, in its turn', async () => {
    const queue = new SettleQueue()
    const settled: string[] = []
    const failing = (name: string, delay: number) =>
      queue.known(() => after(delay, name).then(() => Promise.reject(new Error(name))))
    const slow = failing('slow', 3)
    const refused = queue.begin(() => {
      throw new Error('refused')
    })
    await Promise.all(
      [slow, refused, failing('quick', 0), queue.turn()].map(
        async (asked) => await asked.catch(({ message }: Error) => settled.push(message)),
      ),
    )
    expect(settled).toEqual(['slow', 'refused', 'quick'])
  })
})

async function after<T>(turns: number, value: T): Promise<T> {
  for (let turn = 0; turn < turns; turn++) await new Promise((next) => setImmediate(next))
  return value
}
