import type { StreamedAnswer, StreamPlace } from '@mfm/facts'
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
      .known(() => slow)
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

  it('lets others who asked for a fact go on right after the first, before who asks later', async () => {
    const order = new SettleOrder([1, 2])
    const settled: string[] = []
    const caller = async (name: string, seq: number, next?: () => Promise<void>) => {
      await order.settle(seq, nothing)
      settled.push(name)
      await next?.()
    }
    const asking = [
      caller('new', 2),
      caller('first', 1, () => caller('later', 1)),
      caller('second', 1),
      caller('third', 1),
      caller('before', 0),
    ]
    await Promise.all(asking)
    expect(settled).toEqual(['before', 'first', 'second', 'third', 'later', 'new'])
  })

  it('tells a caller of what failed in its turn', async () => {
    const order = new SettleOrder([1, 2])
    const settled: string[] = []
    const failing = (seq: number) => order.settle(seq, () => Promise.reject(new Error(`${seq}`)))
    await Promise.all([
      failing(2).catch(() => settled.push('2 fails')),
      order.settle(1, () => turns(3)).then(() => settled.push('1')),
      failing(0).catch(() => settled.push('0 fails')),
    ])
    expect(settled).toEqual(['0 fails', '1', '2 fails'])
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
      .known(() => slow)
      .then(async () => {
        for (const chunk of chunks) await order.part(chunk, nothing).then(() => seen.push('chunk'))
      })
    await turns(5)
    expect(seen).toEqual(['head'])
    resolve()
    await Promise.all([fact, reading])
    expect(seen).toEqual(['head', 'chunk', 'fact', 'chunk'])
  })

  it('waits for a chunk that is asked for a little later', async () => {
    const { order, seen, chunks } = await opened()
    const [chunk] = chunks
    const fact = order.settle(10, nothing).then(() => seen.push('fact'))
    for (let tick = 0; tick < 5; tick++) await new Promise(process.nextTick)
    if (chunk !== undefined) await order.part(chunk, nothing).then(() => seen.push('chunk'))
    await fact
    expect(seen).toEqual(['head', 'chunk', 'fact'])
  })

  it('does not wait for chunks that nobody asks for', async () => {
    const { order, chunks } = await opened()
    await order.settle(10, nothing)
    expect(order.isSettled(10)).toBe(true)
    await Promise.all(chunks.map((chunk) => order.part(chunk, nothing)))
    await order.settle(20, nothing)
  })

  it('takes a fact for settled when a part that comes after it is given', async () => {
    const { order, chunks } = await opened()
    for (const chunk of chunks) await order.part(chunk, nothing)
    expect([order.isSettled(10), order.isSettled(20)]).toEqual([true, false])
  })

  it('lets nobody go until it is known where the head of a body stands', async () => {
    const order = new SettleOrder([10, 20])
    const seen: string[] = []
    const { promise: slow, resolve } = Promise.withResolvers<void>()
    const fact = order.settle(10, nothing).then(() => seen.push('fact'))
    const head = order
      .open(20, async () => {
        await slow
        return answerOf([])
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
  const { chunks } = await order.open(20, async () =>
    answerOf([
      { facts: 0, parts: 1 },
      { facts: 1, parts: 2 },
    ]),
  )
  return { order, chunks, seen: ['head'] }
}

function answerOf(places: readonly StreamPlace[]): StreamedAnswer {
  return {
    response: null,
    head: { facts: 0, parts: 0 },
    chunks: places.map((place) => ({ ...place, bytes: new Uint8Array(), millis: 0 })),
    ended: 'complete',
    error: null,
  }
}
