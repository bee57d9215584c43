import { gzipSync } from 'node:zlib'
import { S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openS3ArtifactStore } from '../src/index.ts'
import type { StubReply } from './stub-bucket.ts'
import { isGet } from './stub-server.ts'
import { bytesOf, idOf, keyOf, stubbed, stubServer } from './stub-store.ts'

const LONG = Buffer.alloc(200_000, 'long ')
const HELLO = bytesOf('hello')

describe('get', () => {
  it('is one request for all who ask at the same time, and none of them shares memory', async () => {
    const { server, store } = await stubbed()
    server.bucket.objects.set(keyOf(LONG), LONG)
    const found = await Promise.all(Array.from({ length: 20 }, () => store.get(idOf(LONG))))
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]?.headers['x-amz-checksum-mode']).toBeUndefined()
    found[0]?.fill(0)
    expect(found.slice(1).every((bytes) => Buffer.compare(bytes, LONG) === 0)).toBe(true)
    expect(new Set(found.map(({ buffer }) => buffer)).size).toBe(20)
  })

  it('asks every time, for another opening may have erased it', async () => {
    const { server, store } = await stubbed()
    await store.put('output', HELLO)
    expect(await store.get(idOf(HELLO))).toEqual(HELLO)
    server.bucket.objects.clear()
    await expect(store.get(idOf(HELLO))).rejects.toMatchObject({ code: 'artifact_not_found' })
  })

  it('answers for small artifacts from memory where that is wanted, with copies', async () => {
    const { server, store } = await stubbed({ limits: { cacheBytes: 1000 } })
    server.bucket.objects.set(keyOf(HELLO), Buffer.from(HELLO))
    const first = await store.get(idOf(HELLO))
    first.fill(0)
    const second = await store.get(idOf(HELLO))
    expect(second).toEqual(HELLO)
    second.fill(0)
    expect(await store.get(idOf(HELLO))).toEqual(HELLO)
    expect(server.requests).toHaveLength(1)
  })

  it('does not remember what was erased, nor what was asked for before it was', async () => {
    const { server, store } = await stubbed({ limits: { cacheBytes: 1000 } })
    await store.put('output', HELLO)
    await store.get(idOf(HELLO))
    expect(await store.erase(idOf(HELLO))).toBe(true)
    await expect(store.get(idOf(HELLO))).rejects.toMatchObject({ code: 'artifact_not_found' })

    await store.put('output', HELLO)
    const arrival = server.arrival(isGet)
    // The answer to this one is made before the removal and read after it.
    server.arm(isGet, { kind: 'half_body', isCut: false })
    const early = store.get(idOf(HELLO), { signal: AbortSignal.timeout(200) })
    await arrival
    expect(await store.erase(idOf(HELLO))).toBe(true)
    await expect(store.get(idOf(HELLO))).rejects.toMatchObject({ code: 'artifact_not_found' })
    await expect(early).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it.each([true, false])(
    'reads a body again that stopped half way, connection cut: %s',
    async (isCut) => {
      const { server, store } = await stubbed({ attemptMillis: 150 })
      server.bucket.objects.set(keyOf(LONG), LONG)
      server.arm(isGet, { kind: 'half_body', isCut }, 2)
      expect(Buffer.compare(await store.get(idOf(LONG)), LONG)).toBe(0)
      expect(server.requests).toHaveLength(3)
    },
  )

  it('gives out no wrong bytes, whatever the server says of them', async () => {
    const { server, store } = await stubbed()
    const damages = [
      Buffer.from('hellp'),
      Buffer.from('hell'),
      Buffer.from('hello '),
      Buffer.alloc(0),
      gzipSync(HELLO),
    ]
    for (const damaged of damages) {
      server.bucket.objects.set(keyOf(HELLO), damaged)
      server.arm(isGet, {
        kind: 'reply',
        change: (reply) => ({ ...reply, headers: { 'content-encoding': 'gzip' } }),
      })
      await expect(store.get(idOf(HELLO))).rejects.toMatchObject({
        code: 'artifact_corruption',
        details: { expected: idOf(HELLO), actual: idOf(damaged) },
      })
    }
  })

  it('goes by its own hash and not by a checksum of the server, also with a client that compares', async () => {
    const server = await stubServer()
    const client = new S3Client({
      endpoint: server.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    })
    onTestFinished(() => client.destroy())
    const store = await openS3ArtifactStore({ client, bucket: 'bucket', createOnly: 'trusted' })
    server.bucket.objects.set(keyOf(LONG), LONG)
    const wrong = { 'x-amz-checksum-sha256': Buffer.alloc(32).toString('base64') }
    const mishap = { kind: 'reply', change: (reply: object) => ({ ...reply, headers: wrong }) }
    server.arm(isGet, mishap as never, 10)
    expect(Buffer.compare(await store.get(idOf(LONG)), LONG)).toBe(0)
    expect(server.count(isGet)).toBe(2) // with the one at opening
    server.bucket.objects.set(keyOf(LONG), Buffer.alloc(10))
    await expect(store.get(idOf(LONG))).rejects.toMatchObject({ code: 'artifact_corruption' })
  })

  it('reads nothing that is far too long, and keeps no connection by it', async () => {
    const { server, store } = await stubbed({ limits: { concurrency: 1 } })
    const huge = { 'content-length': `${2 ** 40}` }
    server.bucket.objects.set(keyOf(HELLO), Buffer.from(HELLO))
    server.arm(isGet, { kind: 'reply', change: (reply) => ({ ...reply, headers: huge }) }, 5)
    for (let round = 0; round < 5; round++) {
      await expect(store.get(idOf(HELLO))).rejects.toMatchObject({ code: 'payload_too_large' })
    }
    await expect.poll(() => server.connections()).toBeLessThan(2)
    expect(await store.get(idOf(HELLO))).toEqual(HELLO)
  })

  it('is not hindered by 500 that were abandoned at all stages', async () => {
    const { server, store } = await stubbed({ limits: { concurrency: 3 } })
    server.bucket.objects.set(keyOf(LONG), LONG)
    for (let round = 0; round < 500; round++) {
      const mishaps = [
        { kind: 'hang' },
        { kind: 'half_body', isCut: false },
        { kind: 'reply', change: (reply: StubReply) => reply },
      ] as const
      server.arm(isGet, mishaps[round % 3] ?? mishaps[0])
      const arrival = server.arrival(isGet)
      const abort = new AbortController()
      const getting = store.get(idOf(LONG), { signal: abort.signal })
      const abandoned = getting.then(
        () => 'read',
        (error: unknown) => error,
      )
      await arrival
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
      abort.abort('abandoned')
      expect(['abandoned', 'read']).toContain(await abandoned)
    }
    expect(Buffer.compare(await store.get(idOf(LONG)), LONG)).toBe(0)
    expect(await server.connections()).toBeLessThan(20)
  })
})

describe('getMany', () => {
  it('names a damaged one, and asks for each once', async () => {
    const { server, store } = await stubbed()
    server.bucket.objects.set(keyOf(HELLO), Buffer.from(HELLO))
    const absent = idOf(bytesOf('absent'))
    expect(await store.getMany([idOf(HELLO), absent, idOf(HELLO)])).toEqual([
      HELLO,
      undefined,
      HELLO,
    ])
    expect(server.requests).toHaveLength(2)
    server.bucket.objects.set(keyOf(LONG), Buffer.from('no'))
    await expect(store.getMany([absent, idOf(LONG)])).rejects.toMatchObject({
      code: 'artifact_corruption',
    })
  })
})
