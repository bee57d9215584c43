import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SettleOrder } from './settle-order.ts'

/** Asks for facts at once, each after its search; gives the order in which the callers went on. */
async function settle(order: SettleOrder, seqs: readonly number[], search = async () => undefined) {
  const settled: number[] = []
  const callers = seqs.map(async (seq) => {
    await order.find(search)
    await order.turn(seq)
    settled.push(seq)
  })
  await Promise.all(callers)
  return settled
}

describe('SettleOrder', () => {
  it('lets callers go on in the order of the stream, whatever the order they ask in', async () => {
    const seqs = fc.uniqueArray(fc.nat(50), { maxLength: 12 })
    const asked = seqs.chain((all) => fc.shuffledSubarray(all).map((some) => ({ all, some })))
    await fc.assert(
      fc.asyncProperty(asked, async ({ all, some }) => {
        const order = new SettleOrder(all.toSorted((a, b) => a - b))
        expect(await settle(order, some)).toEqual(some.toSorted((a, b) => a - b))
      }),
    )
  })

  it('waits for a caller that is still searching', async () => {
    const order = new SettleOrder([1, 2])
    const { promise: slow, resolve } = Promise.withResolvers<void>()
    const settled: number[] = []
    const first = order
      .find(() => slow)
      .then(() => order.turn(1))
      .then(() => settled.push(1))
    const second = order
      .find(async () => undefined)
      .then(() => order.turn(2))
      .then(() => settled.push(2))
    // Longer than the barrier: the second must not be let go while the first looks for its fact.
    for (let turn = 0; turn < 5; turn++) await new Promise((next) => setImmediate(next))
    expect(settled).toEqual([])
    resolve()
    await Promise.all([first, second])
    expect(settled).toEqual([1, 2])
  })

  it('does not wait for facts that nobody asks for, nor for those of others', async () => {
    const order = new SettleOrder([1, 2, 3])
    expect(await settle(order, [3])).toEqual([3])
    expect(await settle(order, [1, 99])).toEqual([1, 99])
  })

  it('lets one caller finish what it can before the next goes on', async () => {
    const order = new SettleOrder([1, 2])
    const steps: string[] = []
    const caller = async (seq: number) => {
      await order.turn(seq)
      for (let step = 0; step < 5; step++) {
        steps.push(`${seq}.${step}`)
        await Promise.resolve()
      }
    }
    await Promise.all([caller(2), caller(1)])
    expect(steps).toEqual([1, 2].flatMap((seq) => [0, 1, 2, 3, 4].map((step) => `${seq}.${step}`)))
  })

  it('lets callers of one fact go on in the order in which they came', async () => {
    const order = new SettleOrder([1])
    const settled: string[] = []
    const caller = async (name: string) => {
      await order.turn(1)
      settled.push(name)
    }
    await Promise.all(['a', 'b', 'c'].map(caller))
    expect(settled).toEqual(['a', 'b', 'c'])
  })
})
