import { describe, expect, it } from 'vitest'
import { artifactKey } from '../src/object-key.ts'
import { isList } from './stub-server.ts'
import { bytesOf, collect, idOf, stubbed } from './stub-store.ts'

const MANY = Array.from({ length: 10_050 }, (_, index) => idOf(bytesOf(`artifact ${index}`)))

describe('list', () => {
  it('gives every artifact of its prefix once, and nothing else', async () => {
    const { server, store } = await stubbed({ prefix: 'mine' })
    const { objects } = server.bucket
    for (const id of MANY) objects.set(artifactKey('mine/', id), Buffer.alloc(0))
    const [id = idOf(bytesOf(''))] = MANY
    for (const key of [
      'mine/artifacts/readme.txt',
      `mine/artifacts/${id}`,
      `mine/artifacts/00/00/${id}`,
      `mine/artifacts/ab/cd/${'x'.repeat(64)}`,
      `mine/probes/${id}`,
      artifactKey('other/', id),
      artifactKey('', id),
      artifactKey('mine/mine/', id),
    ]) {
      objects.set(key, Buffer.alloc(0))
    }
    const found = await collect(store.list())
    expect(found).toHaveLength(MANY.length)
    expect(new Set(found)).toEqual(new Set(MANY))
    expect(server.count(isList)).toBe(11)
  })

  it.each([
    ['missing', 'page_without_token', 1],
    ['repeated', 'page_token_repeated', 2],
  ] as const)('is an error where the token of a page is %s', async (token, found, pages) => {
    const { server, store } = await stubbed()
    for (const id of MANY) server.bucket.objects.set(artifactKey('', id), Buffer.alloc(0))
    server.bucket.token = token
    await expect(collect(store.list())).rejects.toMatchObject({
      code: 'store_unsuitable',
      details: { found },
    })
    expect(server.count(isList)).toBe(pages)
  })

  it('asks again for a page that failed', async () => {
    const { server, store } = await stubbed()
    for (const id of MANY.slice(0, 1500))
      server.bucket.objects.set(artifactKey('', id), Buffer.alloc(0))
    server.arm(isList, { kind: 'status', status: 503, code: 'SlowDown' }, 2)
    server.arm(isList, { kind: 'half_body', isCut: true })
    expect(await collect(store.list())).toHaveLength(1500)
  })

  it('ends with store_closed where the store is closed in the middle', async () => {
    const { server, store } = await stubbed()
    for (const id of MANY.slice(0, 1500))
      server.bucket.objects.set(artifactKey('', id), Buffer.alloc(0))
    const listing = store.list()
    await listing.next()
    await store.close()
    await expect(listing.next()).rejects.toMatchObject({ code: 'store_closed' })
  })

  it('asks for no page that nobody wants', async () => {
    const { server, store } = await stubbed()
    for (const id of MANY.slice(0, 1500))
      server.bucket.objects.set(artifactKey('', id), Buffer.alloc(0))
    for await (const _ of store.list()) break
    expect(server.count(isList)).toBe(1)
  })
})
