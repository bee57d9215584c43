import type { EventEnvelope, RunId } from '@mfm/core-types'
import { expect, it } from 'vitest'
import { openMemoryStores } from './open.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId

function noted(seq: number): EventEnvelope {
  const event = { type: 'domain', v: 1, name: 'noted', payload: seq, payloadRef: null } as const
  return {
    runId: RUN,
    seq,
    tsMillis: null,
    prev: null,
    event: { ...event, stateId: null, attempt: null },
  }
}

it('gives what is there and then what comes, each once, to everybody who watches', async () => {
  const { events, atomic } = openMemoryStores()
  await events.append(RUN, 0, [noted(1), noted(2)])
  const follow = async (from: number, until: number): Promise<number[]> => {
    const seen: number[] = []
    for await (const { seq } of events.watch(RUN, from)) {
      seen.push(seq)
      if (seq === until) break
    }
    return seen
  }
  const follows = [follow(0, 5), follow(2, 4), follow(4, 5)]
  await events.append(RUN, 2, [noted(3)])
  await atomic.recordAtomically(RUN, 3, {
    artifacts: [],
    bindings: [],
    events: [noted(4), noted(5)],
  })
  expect(await Promise.all(follows)).toEqual([
    [1, 2, 3, 4, 5],
    [2, 3, 4],
    [4, 5],
  ])
})

it('ends with the reason of its signal, or with the store', async () => {
  const { events } = openMemoryStores()
  const controller = new AbortController()
  const aborted = events.watch(RUN, 1, { signal: controller.signal }).next()
  const closed = events.watch(RUN).next()
  controller.abort('enough')
  await expect(aborted).rejects.toBe('enough')
  await events.close()
  await expect(closed).rejects.toMatchObject({ code: 'store_closed' })
  await expect(events.watch(RUN, -1).next()).rejects.toMatchObject({ code: 'store_closed' })
})

it('refuses a place that is none', async () => {
  const { events } = openMemoryStores()
  await expect(events.watch(RUN, -1).next()).rejects.toMatchObject({ code: 'invalid_option' })
  await expect(events.watch('x' as RunId).next()).rejects.toMatchObject({ code: 'invalid_id' })
})
