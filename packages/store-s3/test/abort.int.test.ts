import { getEventListeners } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { S3ArtifactStore } from '../src/index.ts'
import { openS3ArtifactStore } from '../src/index.ts'
import type { Mishap } from './stub-server.ts'
import { bytesOf, collect, idOf, keyOf, stubbed, stubServer } from './stub-store.ts'

const HELLO = bytesOf('hello')

const CALLS: readonly (readonly [
  string,
  (store: S3ArtifactStore, signal?: AbortSignal) => Promise<unknown>,
])[] = [
  ['put', (store, signal) => store.put('output', bytesOf('new'), { signal })],
  [
    'putMany',
    (store, signal) => store.putMany([{ kind: 'output', bytes: bytesOf('n') }], { signal }),
  ],
  ['get', (store, signal) => store.get(idOf(HELLO), { signal })],
  ['getMany', (store, signal) => store.getMany([idOf(HELLO)], { signal })],
  ['exists', (store, signal) => store.exists(idOf(HELLO), { signal })],
  ['erase', (store, signal) => store.erase(idOf(HELLO), { signal })],
  ['list', (store, signal) => collect(store.list({ signal }))],
]

const STAGES: readonly (readonly [string, Mishap])[] = [
  ['no answer', { kind: 'hang' }],
  ['half an answer', { kind: 'half_body', isCut: false }],
  ['pauses between tries', { kind: 'status', status: 503, code: 'SlowDown' }],
]

const always = (): boolean => true

describe.each(CALLS)('%s', (_, call) => {
  it.each(STAGES)('is aborted during %s, and leaves no listener', async (_stage, mishap) => {
    const { server, store } = await stubbed({ limits: { concurrency: 1 } })
    server.bucket.objects.set(keyOf(HELLO), Buffer.from(HELLO))
    server.arm(always, mishap, 1000)
    const abort = new AbortController()
    const arrival = server.arrival(always)
    const rejected = expect(call(store, abort.signal)).rejects.toBe('enough')
    await arrival
    abort.abort('enough')
    await rejected
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })

  it('is aborted while it waits for its turn', async () => {
    const { server, store } = await stubbed({ limits: { concurrency: 1 } })
    server.arm(always, { kind: 'hang' })
    const arrival = server.arrival(always)
    const first = new AbortController()
    const blocking = expect(store.exists(idOf(bytesOf('x')), first)).rejects.toBe('go')
    await arrival
    const abort = new AbortController()
    const rejected = expect(call(store, abort.signal)).rejects.toBe('enough')
    abort.abort('enough')
    await rejected
    expect(server.requests).toHaveLength(1)
    first.abort('go')
    await blocking
    server.bucket.objects.set(keyOf(HELLO), Buffer.from(HELLO))
    const { signal } = new AbortController()
    await call(store, signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('asks the server nothing where it was aborted before', async () => {
    const { server, store } = await stubbed()
    await expect(call(store, AbortSignal.abort('before'))).rejects.toBe('before')
    expect(server.requests).toEqual([])
  })

  it('is refused after close', async () => {
    const { server, store } = await stubbed()
    await store.close()
    await expect(call(store)).rejects.toMatchObject({ code: 'store_closed' })
    expect(server.requests).toEqual([])
  })
})

describe('one of several who wait for the same', () => {
  it('leaves without the others', async () => {
    const { server, store } = await stubbed()
    const abort = new AbortController()
    const leaving = expect(store.put('output', HELLO, { signal: abort.signal })).rejects.toBe(
      'mine',
    )
    const staying = store.put('output', HELLO)
    abort.abort('mine')
    await leaving
    expect(await staying).toBe(idOf(HELLO))
    expect(server.requests).toHaveLength(1)
  })

  it('does not join what the last has abandoned', async () => {
    const { server, store } = await stubbed()
    server.arm(always, { kind: 'hang' })
    const abort = new AbortController()
    const arrival = server.arrival(always)
    const leaving = expect(store.put('output', HELLO, { signal: abort.signal })).rejects.toBe(
      'mine',
    )
    await arrival
    abort.abort('mine')
    const late = store.put('output', HELLO)
    await leaving
    expect(await late).toBe(idOf(HELLO))
  })
})

describe('close', () => {
  it('waits for what is under way, which succeeds, and frees the connections', async () => {
    const { server, store } = await stubbed()
    const texts = Array.from({ length: 100 }, (_, index) => bytesOf(`text ${index}`))
    const putting = store.putMany(texts.map((bytes) => ({ kind: 'output', bytes })))
    await Promise.all([store.close(), store.close()])
    expect(await putting).toEqual(texts.map(idOf))
    expect(server.bucket.objects.size).toBe(100)
    await expect.poll(() => server.connections()).toBe(0)
  })

  it('comes with `await using`', async () => {
    const server = await stubServer()
    let kept: S3ArtifactStore
    {
      await using store = await openS3ArtifactStore(server.options())
      kept = store
    }
    await expect(kept.exists(idOf(HELLO))).rejects.toMatchObject({ code: 'store_closed' })
  })

  it('ends by the deadline even where credentials never come', async () => {
    const server = await stubServer()
    let isStuck = false
    const credentials = ():
      | Promise<never>
      | Promise<{ accessKeyId: string; secretAccessKey: string; expiration: Date }> =>
      isStuck
        ? new Promise(() => undefined)
        : Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b', expiration: new Date() })
    const store = await openS3ArtifactStore(server.options({ credentials, callMillis: 200 }))
    onTestFinished(() => store.close())
    isStuck = true
    const putting = store.put('output', HELLO)
    await expect(putting).rejects.toMatchObject({ code: 'store_timeout' })
    await store.close()
  })
})
