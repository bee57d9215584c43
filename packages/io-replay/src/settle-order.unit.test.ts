import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SettleOrder } from './settle-order.ts'

const nothing = () => Promise.resolve()

/** Asks for facts at once; gives the order in which the callers went on. */
async function settle(order: SettleOrder, seqs: readonly number[], read = nothing) {
  const settled: number[] = []
  const callers = seqs.map(async (seq) => {
    await order.settle(seq, read)
    settled.push(seq)
  })
  await Promise.all(callers)
  return settled
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((next) => setImmediate(next))
}

describe('SettleOrder', () => {
  it('lets callers go on in the order of the stream, whatever the order they ask and read in', async () => {
    const seqs = fc.uniqueArray(fc.nat(50), { maxLength: 12 })
    const asked = seqs.chain((all) => fc.shuffledSubarray(all).map((some) => ({ all, some })))
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), asked, async (scheduler, { all, some }) => {
        const order = new SettleOrder(all.toSorted((a, b) => a - b))
        const settled = settle(order, some, () => scheduler.schedule(nothing()))
        expect(await scheduler.waitFor(settled)).toEqual(some.toSorted((a, b) => a - b))
      }),
    )
  })

  it('waits for a caller that is still reading', async () => {
    const order = new SettleOrder([1, 2])
    const { promise: slow, resolve } = Promise.withResolvers<void>()
    const settled: number[] = []
    const first = order.settle(1, () => slow).then(() => settled.push(1))
    const second = order.settle(2, nothing).then(() => settled.push(2))
    await turns(5)
    expect(settled).toEqual([])
    resolve()
    await Promise.all([first, second])
    expect(settled).toEqual([1, 2])
  })

  it('lets nobody go out of order while the program reads something else', async () => {
    const order = new SettleOrder([1, 2])
    const { promise: slow, resolve } = Promise.withResolvers<void>()
    const settled: number[] = []
    const reading = order
      .during(() => slow)
      .then(() => order.settle(1, nothing))
      .then(() => settled.push(1))
    const second = order.settle(2, nothing).then(() => settled.push(2))
    await turns(5)
    expect(settled).toEqual([])
    resolve()
    await Promise.all([reading, second])
    expect(settled).toEqual([1, 2])
  })

  it('does not wait for facts that nobody asks for, nor for a caller that fails', async () => {
    const order = new SettleOrder([1, 2, 3])
    const failing = order.settle(1, () => Promise.reject(new Error('unreadable')))
    const last = order.settle(3, nothing)
    await expect(failing).rejects.toThrow('unreadable')
    await last
    expect(await settle(order, [2, 1])).toEqual([2, 1])
  })

  it('lets callers of facts that were there before go on in the order in which they ask', async () => {
    const order = new SettleOrder([10, 11])
    const delays = new Map([
      [7, 3],
      [5, 1],
      [99, 2],
    ])
    const settled: number[] = []
    const caller = async (seq: number) => {
      await order.settle(seq, () => turns(delays.get(seq) ?? 0))
      settled.push(seq)
    }
    await Promise.all([11, 7, 5, 99, 10].map(caller))
    expect(settled).toEqual([7, 5, 99, 10, 11])
  })

  it('lets one caller finish what it can before the next goes on', async () => {
    const order = new SettleOrder([1, 2])
    const steps: string[] = []
    const caller = async (seq: number) => {
      await order.settle(seq, nothing)
      for (let step = 0; step < 5; step++) {
        steps.push(`${seq}.${step}`)
        await Promise.resolve()
      }
    }
    await Promise.all([caller(2), caller(1)])
    expect(steps).toEqual([1, 2].flatMap((seq) => [0, 1, 2, 3, 4].map((step) => `${seq}.${step}`)))
  })

  it('lets callers of one fact go on in the order in which they ask, however they read', async () => {
    const order = new SettleOrder([1])
    const settled: string[] = []
    const caller = async (name: string, delay: number) => {
      await order.settle(1, () => turns(delay))
      settled.push(name)
    }
    await Promise.all([caller('a', 3), caller('b', 0), caller('c', 1)])
    expect(settled).toEqual(['a', 'b', 'c'])
  })

  it('lets nobody go before the chunks that came before it, however late they are asked for', async () => {
    const { order, seen, chunks } = await opened()
    const fact = order.settle(10, nothing).then(() => seen.push('fact'))
    const { promise: slow, resolve } = Promise.withResolvers<void>()
    // The program does something else between two chunks.
    const reading = order
      .during(() => slow)
      .then(async () => {
        for (const chunk of chunks) await order.chunk(chunk, nothing).then(() => seen.push('chunk'))
      })
    await turns(5)
    expect(seen).toEqual(['head'])
    resolve()
    await Promise.all([fact, reading])
    expect(seen).toEqual(['head', 'chunk', 'fact', 'chunk'])
  })

  it('waits for no chunk of a body that was given up', async () => {
    const { order, seen, chunks } = await opened()
    void order.during(() => new Promise(() => undefined))
    const fact = order.settle(10, nothing).then(() => seen.push('fact'))
    order.forget(chunks)
    await fact
    expect(seen).toEqual(['head', 'fact'])
  })

  it('lets nobody go until it is known where the head of a body stands', async () => {
    const order = new SettleOrder([10, 20])
    const seen: string[] = []
    const { promise: slow, resolve } = Promise.withResolvers<void>()
    const fact = order.settle(10, nothing).then(() => seen.push('fact'))
    const head = order
      .open(20, async () => {
        await slow
        return { head: order.turnAt({ facts: 0, parts: 0 }), chunks: [] }
      })
      .then(() => seen.push('head'))
    await turns(5)
    expect(seen).toEqual([])
    resolve()
    await Promise.all([fact, head])
    expect(seen).toEqual(['head', 'fact'])
  })
})

/** A body whose head and first chunk come before the fact 10, and whose second chunk comes after it. */
async function opened() {
  const order = new SettleOrder([10, 20])
  const chunks = [
    { facts: 0, parts: 1 },
    { facts: 1, parts: 2 },
  ].map((place) => order.turnAt(place))
  await order.open(20, async () => ({ head: order.turnAt({ facts: 0, parts: 0 }), chunks }))
  return { order, chunks, seen: ['head'] }
}
