import type { FactKey, RunId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { openMemoryStores } from './open.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId

describe('openMemoryStores', () => {
  it('says that nothing outlives the process', () => {
    const { events, artifacts, facts } = openMemoryStores()
    for (const { description } of [events, artifacts, facts]) {
      expect(description).toMatchObject({ name: 'store-memory', durability: 'none' })
      expect(Object.isFrozen(description)).toBe(true)
    }
  })

  it('keeps nothing of two stores in common', async () => {
    const [one, two] = [openMemoryStores(), openMemoryStores()]
    const id = await one.artifacts.put('fact_payload', Buffer.from('a'))
    await one.facts.bindIfUnset(RUN, 'k' as FactKey, id)
    expect(await two.artifacts.exists(id)).toBe(false)
    expect(await two.facts.get(RUN, 'k' as FactKey)).toBeUndefined()
  })

  it('refuses an option that it does not know', () => {
    expect(() => openMemoryStores({ size: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    )
  })

  it('takes nothing more once it is closed', async () => {
    const stores = openMemoryStores()
    await stores.close()
    await expect(stores.events.headSeq(RUN)).rejects.toMatchObject({ code: 'store_closed' })
  })
})
