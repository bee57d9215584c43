import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId, ArtifactStore, ManyReader } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { ReadAhead } from './read-ahead.ts'

const SIZE = 100_000

/** A store that says what it was asked for. */
class CountingStore implements ManyReader {
  readonly description = {
    name: 'counting',
    durability: 'none',
    capabilities: ['getMany'],
  } as const
  readonly documents = new Map<ArtifactId, Uint8Array>()
  readonly batches: number[] = []
  readonly single: ArtifactId[] = []

  add(count: number, size = 10): ArtifactId[] {
    return Array.from({ length: count }, (_, index) => {
      const bytes = Buffer.alloc(size, `${this.documents.size + index},`)
      const id = artifactIdOf(bytes)
      this.documents.set(id, bytes)
      return id
    })
  }

  async getMany(ids: readonly ArtifactId[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.batches.push(ids.length)
    await Promise.resolve()
    return ids.map((id) => this.documents.get(id))
  }

  async get(id: ArtifactId): Promise<Uint8Array> {
    this.single.push(id)
    const found = this.documents.get(id)
    if (found === undefined) throw new MfmError('artifact_not_found')
    return found
  }

  put = (): Promise<never> => Promise.reject(new Error('read only'))
  exists = (): Promise<never> => Promise.reject(new Error('not needed'))
  close = (): Promise<void> => Promise.resolve()
}

const readAll = async (store: ArtifactStore, order: readonly ArtifactId[]) => {
  const readAhead = new ReadAhead(store, order)
  for (const [position, id] of order.entries()) {
    expect(artifactIdOf(await readAhead.get(position))).toBe(id)
  }
}

describe('ReadAhead', () => {
  it('reads small documents in growing batches', async () => {
    const store = new CountingStore()
    await readAll(store, store.add(2_000))
    expect(store.single).toEqual([])
    expect(store.batches).toEqual([32, 1024, 944])
  })

  it('reads large documents a few at a time', async () => {
    const store = new CountingStore()
    await readAll(store, store.add(60, SIZE))
    expect(Math.max(...store.batches.slice(1))).toBe(10)
  })

  it('makes one batch of what is asked at once', async () => {
    const store = new CountingStore()
    const order = store.add(20)
    const readAhead = new ReadAhead(store, order)
    await Promise.all(order.map((_, position) => readAhead.get(position)))
    expect(store.batches).toEqual([20])
  })

  it('keeps a bounded number of bytes, and reads again what it dropped', async () => {
    const store = new CountingStore()
    const order = store.add(400, SIZE)
    const readAhead = new ReadAhead(store, order)
    for (const position of order.keys()) await readAhead.get(position)
    const before = store.batches.length
    await readAhead.get(0)
    expect(store.batches.length).toBe(before + 1)
  })

  it('reads alone what a batch cannot give', async () => {
    const store = new CountingStore()
    const [good = '' as ArtifactId] = store.add(1)
    const missing = artifactIdOf('missing')
    const readAhead = new ReadAhead(store, [missing, good])
    await expect(readAhead.get(0)).rejects.toMatchObject({ code: 'artifact_not_found' })
    expect(store.single).toEqual([missing])
    await readAhead.get(1)
    expect(store.single).toEqual([missing])
  })

  it('lets a failing batch fail nobody else', async () => {
    const store = new CountingStore()
    const order = store.add(3)
    store.getMany = () => Promise.reject(new MfmError('artifact_corruption'))
    await readAll(store, order)
    expect(store.single).toEqual(order)
  })

  it('reads one by one from a store that knows no batches', async () => {
    const store = new CountingStore()
    const order = store.add(3)
    Object.assign(store, { description: { ...store.description, capabilities: [] } })
    await readAll(store, order)
    expect([store.batches, store.single]).toEqual([[], order])
  })
})
