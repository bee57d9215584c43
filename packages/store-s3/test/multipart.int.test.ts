import { describe, expect, it } from 'vitest'
import type { S3ArtifactStoreOptions } from '../src/index.ts'
import { isBegin, isComplete, isPart, isPut, sha256Of } from './stub-server.ts'
import type { Stubbed } from './stub-store.ts'
import { idOf, keyOf, stubbed } from './stub-store.ts'

const MIB = 2 ** 20
const LARGE = Buffer.alloc(11 * MIB, 'large ')
const LIMITS = { multipartBytes: 5 * MIB, partBytes: 5 * MIB }

function inParts(options: Partial<S3ArtifactStoreOptions> = {}): Promise<Stubbed> {
  return stubbed({ limits: LIMITS, ...options })
}

describe('put of a large artifact', () => {
  it('goes up in parts, each with its sum, and is completed if nothing is there', async () => {
    const { server, store } = await inParts()
    expect(await store.put('attachment', LARGE)).toBe(idOf(LARGE))
    expect(server.bucket.objects.get(keyOf(LARGE))?.equals(LARGE)).toBe(true)
    expect(server.methods).toMatch(/^GET POST( PUT){3} POST$/)
    const begun = server.requests.find(isBegin)
    expect(begun?.headers).toMatchObject({
      'x-amz-meta-mfm-kind': 'attachment',
      'x-amz-checksum-algorithm': 'SHA256',
    })
    const parts = server.requests.filter(isPart)
    for (const { headers, body } of parts) {
      const sum = Buffer.from(sha256Of(body), 'hex').toString('base64')
      expect(headers['x-amz-checksum-sha256']).toBe(sum)
      expect(headers['x-amz-content-sha256']).toBe(sha256Of(body))
    }
    expect(parts.map(({ body }) => body.length).sort()).toEqual([1 * MIB, 5 * MIB, 5 * MIB])
    const [completed] = server.requests.filter(isComplete)
    expect(completed?.headers['if-none-match']).toBe('*')
    expect(completed?.body.toString().match(/<ChecksumSHA256>/g)).toHaveLength(3)
    expect(server.bucket.uploads.size).toBe(0)
  })

  it('sends no sums where they are off', async () => {
    const { server, store } = await inParts({ checksums: 'off' })
    await store.put('attachment', LARGE)
    const names = server.requests.flatMap(({ headers }) => Object.keys(headers))
    expect(names.filter((name) => name.includes('checksum'))).toEqual([])
  })

  it('begins at the threshold and not below', async () => {
    const { server, store } = await inParts()
    await store.put('attachment', LARGE.subarray(0, 5 * MIB - 1))
    expect(server.count(isBegin)).toBe(0)
    await store.put('attachment', LARGE.subarray(0, 5 * MIB))
    expect(server.count(isBegin)).toBe(1)
  })

  it('uploads nothing where it is there, and reports other bytes, whatever completion would do', async () => {
    const { server, store } = await inParts()
    server.bucket.honoursOnCompletion = false
    await store.put('attachment', LARGE)
    server.forget()
    await store.put('attachment', LARGE)
    expect(server.methods).toBe('GET')
    server.bucket.objects.set(keyOf(LARGE), Buffer.from('foreign'))
    await expect(store.put('attachment', LARGE)).rejects.toMatchObject({
      code: 'artifact_corruption',
    })
    expect(server.count(isBegin)).toBe(0)
  })

  it('repeats parts that fail, and succeeds', async () => {
    const { server, store } = await inParts()
    server.arm(isPart, { kind: 'status', status: 503, code: 'SlowDown' }, 4)
    server.arm(isPart, { kind: 'lost_reply' })
    await store.put('attachment', LARGE)
    expect(server.bucket.objects.get(keyOf(LARGE))?.equals(LARGE)).toBe(true)
  })

  it('removes the upload where a part is refused', async () => {
    const { server, store } = await inParts()
    server.arm(isPart, { kind: 'status', status: 403, code: 'AccessDenied' })
    await expect(store.put('attachment', LARGE)).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    expect(server.bucket.uploads.size).toBe(0)
    expect(server.bucket.objects.size).toBe(0)
  })

  it.each([
    ['lost_reply', { kind: 'lost_reply' }],
    ['409', { kind: 'status', status: 409, code: 'ConditionalRequestConflict' }],
    ['404', { kind: 'status', status: 404, code: 'NoSuchUpload' }],
    ['412', { kind: 'status', status: 412, code: 'PreconditionFailed' }],
  ] as const)('succeeds after %s at completion, and leaves no upload', async (_, mishap) => {
    const { server, store } = await inParts()
    server.arm(isComplete, mishap)
    expect(await store.put('attachment', LARGE)).toBe(idOf(LARGE))
    expect(server.bucket.objects.get(keyOf(LARGE))?.equals(LARGE)).toBe(true)
    expect(server.bucket.uploads.size).toBe(0)
  })

  it.each([
    ['begin', isBegin],
    ['parts', isPart],
    ['completion', isComplete],
  ] as const)(
    'that is aborted at its %s rejects with its reason and leaves no upload',
    async (_, when) => {
      const { server, store } = await inParts({ attemptMillis: 300 })
      // The one that begins is answered, for only its answer names the upload.
      if (when !== isBegin) server.arm(when, { kind: 'hang' }, Number.POSITIVE_INFINITY)
      const abort = new AbortController()
      const arrival = server.arrival(when)
      const putting = store.put('attachment', LARGE, { signal: abort.signal })
      const rejected = expect(putting).rejects.toBe('enough')
      await arrival
      abort.abort('enough')
      await rejected
      await store.close()
      expect(server.bucket.uploads.size).toBe(0)
      expect(server.count(isPut)).toBe(0)
      expect(server.bucket.objects.size).toBe(0)
    },
  )
})
