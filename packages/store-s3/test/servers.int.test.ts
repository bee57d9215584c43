import { randomUUID } from 'node:crypto'
import { privateService, service } from '@mfm/services'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { S3ArtifactStore, S3ArtifactStoreOptions } from '../src/index.ts'
import { openS3ArtifactStore } from '../src/index.ts'
import { artifactKey } from '../src/object-key.ts'
import { bytesOf, collect, idOf } from './stub-store.ts'
import { TestBucket } from './test-bucket.ts'

const MIB = 2 ** 20
const IN_PARTS = { limits: { multipartBytes: 5 * MIB, partBytes: 5 * MIB } }

interface OnServer {
  readonly bucket: TestBucket
  readonly prefix: string
  open(options?: Partial<S3ArtifactStoreOptions>): Promise<S3ArtifactStore>
}

/** A prefix of this test alone. */
async function onServer(name: 's3' | 's3-plain'): Promise<OnServer> {
  const bucket = await TestBucket.open(await service(name), 'servers')
  const prefix = `${randomUUID()}/`
  onTestFinished(async () => {
    await bucket.clear(prefix)
    bucket.client.destroy()
  })
  const open: OnServer['open'] = async (options = {}) => {
    const store = await openS3ArtifactStore({ ...bucket.options(prefix), ...options })
    onTestFinished(() => store.close())
    return store
  }
  return { bucket, prefix, open }
}

function large(size = 12 * MIB): Buffer {
  return Buffer.alloc(size, randomUUID())
}

// Servers that others use at the same time.
describe.each(['s3', 's3-plain'] as const)('on %s', { timeout: 30_000 }, (name) => {
  beforeAll(async () => {
    await service(name)
  })

  it('stores under the documented key, with the kind of the first writer', async () => {
    const { bucket, prefix, open } = await onServer(name)
    const store = await open()
    const id = await store.put('manifest', bytesOf('{}'))
    await (await open()).put('output', bytesOf('{}'))
    const key = `${prefix}artifacts/${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`
    expect(await bucket.keys(prefix)).toEqual([key])
    expect((await bucket.head(key)).kind).toBe('manifest')
  })

  it('puts a large artifact in parts and reads it back, and leaves no upload', async () => {
    const { bucket, prefix, open } = await onServer(name)
    const bytes = large()
    const [store, other] = [await open(IN_PARTS), await open(IN_PARTS)]
    await Promise.all([store.put('attachment', bytes), other.put('attachment', bytes)])
    expect(Buffer.compare(await store.get(idOf(bytes)), bytes)).toBe(0)
    await store.put('attachment', bytes)
    expect(await bucket.uploads(prefix)).toEqual([])
    expect(await bucket.keys(prefix)).toEqual([artifactKey(prefix, idOf(bytes))])
  })

  it('leaves no upload where a put in parts was aborted at any moment', async () => {
    const { bucket, prefix, open } = await onServer(name)
    const store = await open(IN_PARTS)
    for (const millis of [1, 5, 10, 20, 40, 80]) {
      const bytes = large()
      const putting = store.put('attachment', bytes, { signal: AbortSignal.timeout(millis) })
      const outcome = await putting.catch((error: unknown) => Object(error).name)
      expect([idOf(bytes), 'TimeoutError']).toContain(outcome)
    }
    await store.close()
    expect(await bucket.uploads(prefix)).toEqual([])
  })

  it('does not replace other bytes at the address of a large artifact', async () => {
    const { bucket, prefix, open } = await onServer(name)
    const bytes = large()
    const key = artifactKey(prefix, idOf(bytes))
    await bucket.write(key, bytesOf('foreign'))
    const store = await open(IN_PARTS)
    await expect(store.put('attachment', bytes)).rejects.toMatchObject({
      code: 'artifact_corruption',
    })
    expect(await bucket.read(key)).toEqual(bytesOf('foreign'))
  })

  it('lists across pages, among keys of others', async () => {
    const { bucket, prefix, open } = await onServer(name)
    const store = await open()
    const texts = Array.from({ length: 1010 }, (_, index) => bytesOf(`artifact ${index}`))
    const ids = await store.putMany(texts.map((bytes) => ({ kind: 'output', bytes })))
    await bucket.write(`${prefix}artifacts/readme`, bytesOf('not ours'))
    const found = await collect(store.list())
    expect(found).toHaveLength(1010)
    expect(new Set(found)).toEqual(new Set(ids))
  })

  it('tells wrong credentials, a wrong key and a missing bucket apart', async () => {
    const { bucket, open } = await onServer(name)
    const { accessKeyId } = bucket.address
    const wrongSecret = { accessKeyId, secretAccessKey: 'wrong' }
    const wrongKey = { accessKeyId: 'nobody', secretAccessKey: 'wrong' }
    for (const credentials of [wrongSecret, wrongKey]) {
      await expect(open({ credentials })).rejects.toMatchObject({
        code: 'invalid_option',
        details: { problems: [{ pointer: '/credentials' }] },
      })
    }
    await expect(open({ bucket: 'missing-bucket' })).rejects.toMatchObject({
      code: 'store_unavailable',
      details: { reason: 'bucket_missing' },
    })
  })

  it('proves that wrong checksums are refused, or that they are not', async () => {
    const { bucket, prefix, open } = await onServer(name)
    const opening = open({ checksums: 'required' }).then(
      () => 'opened',
      (error: unknown) => Object(error).details,
    )
    const expected = { s3: 'opened', 's3-plain': { found: 'checksum_ignored' } }
    expect(await opening).toEqual(expected[name])
    expect(await bucket.keys(prefix)).toEqual([])
  })
})

describe('a server that is overloaded', { timeout: 30_000 }, () => {
  it('gets its requests again, slower, until all have succeeded', async () => {
    await using server = await privateService('s3', {
      'rgw scheduler type': 'throttler',
      'rgw max concurrent requests': '4',
    })
    const bucket = await TestBucket.open(server, 'throttled')
    const limits = { concurrency: 64 }
    const options = { ...bucket.options(''), createOnly: 'trusted', limits } as const
    await using store = await openS3ArtifactStore(options)
    const texts = Array.from({ length: 400 }, (_, index) => bytesOf(`burst ${index}`))
    const ids = await store.putMany(texts.map((bytes) => ({ kind: 'output', bytes })))
    expect(new Set(await collect(store.list()))).toEqual(new Set(ids))
    bucket.client.destroy()
  })
})
