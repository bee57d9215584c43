import type { EventEnvelope } from '@mfm/core-types'
import { runIdSchema } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { chainEvents, EMPTY_HEAD } from '@mfm/io-live'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { interruptible } from './interruptible.ts'

const RUN = runIdSchema.parse('3fa2c1d0-0000-4000-8000-000000000001')

describe('stores that can be interrupted', () => {
  it('let a timer in that is due', async () => {
    const inner = openMemoryStores()
    const id = await inner.artifacts.put('output', Uint8Array.of(1))
    const stores = interruptible(inner)
    let isDue = false
    setTimeout(() => {
      isDue = true
    }, 0)
    await stores.artifacts.get(id)
    expect(isDue).toBe(true)
  })

  it('let it in while a stream is read, and give what the stores give', async () => {
    const inner = openMemoryStores()
    const fact = {
      type: 'domain',
      v: 1,
      name: 'n',
      payload: 1,
      payloadRef: null,
      stateId: null,
      attempt: null,
    } as const
    const { envelopes } = chainEvents(RUN, EMPTY_HEAD, [fact, fact, fact], 1)
    await inner.events.append(RUN, 0, envelopes)
    const stores = interruptible(inner)
    let isDue = false
    setTimeout(() => {
      isDue = true
    }, 0)
    const read: EventEnvelope[] = []
    for await (const envelope of stores.events.read(RUN, { from: 2 })) read.push(envelope)
    expect(read).toEqual(envelopes.slice(1))
    expect(isDue).toBe(true)
    const { name, durability } = inner.artifacts.description
    expect(stores.artifacts.description).toEqual({ name, durability, capabilities: ['getMany'] })
    expect(stores.events.description.capabilities).toEqual([])
  })

  it('close the stores', async () => {
    const inner = openMemoryStores()
    await interruptible(inner).close()
    const error = await inner.events.headSeq(RUN).catch((reason: unknown) => reason)
    expect(hasCode(error, 'store_closed')).toBe(true)
  })
})
