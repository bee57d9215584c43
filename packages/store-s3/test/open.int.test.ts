import { S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { S3ArtifactStoreOptions } from '../src/index.ts'
import { openS3ArtifactStore } from '../src/index.ts'
import type { Matcher, StubServer } from './stub-server.ts'
import { isGet, isPut, sha256Of } from './stub-server.ts'
import { bytesOf, stubServer } from './stub-store.ts'

type Options = Partial<S3ArtifactStoreOptions>

async function opened(server: StubServer, options: Options = {}): Promise<unknown> {
  const store = await openS3ArtifactStore(server.options({ createOnly: 'probe', ...options }))
  onTestFinished(() => store.close())
  return store
}

describe('opening', () => {
  it('lets eight writers race for one key, then repeats a write, and leaves nothing', async () => {
    const server = await stubServer()
    await opened(server, { prefix: 'team' })
    const keys = new Set(server.requests.filter(isPut).map(({ key }) => key))
    expect(server.count(isPut)).toBe(9)
    expect(keys.size).toBe(1)
    expect([...keys][0]).toMatch(/^team\/probes\/[0-9a-f-]{36}$/)
    expect(server.bucket.objects.size).toBe(0)
  })

  it('does so once for a server and a bucket', async () => {
    const server = await stubServer()
    await opened(server)
    server.forget()
    await opened(server, { prefix: 'other' })
    expect(server.methods).toBe('GET')
    await opened(server, { bucket: 'another' })
    expect(server.count(isPut)).toBe(9)
  })

  it.each([
    ['ignored', 'condition_ignored'],
    ['racy', 'condition_raced'],
  ] as const)('refuses a server whose conditions are %s, every time', async (conditions, found) => {
    const server = await stubServer()
    server.bucket.conditions = conditions
    for (let time = 0; time < 2; time++) {
      await expect(opened(server)).rejects.toMatchObject({
        code: 'store_unsuitable',
        details: { found },
        help: expect.stringContaining('createOnly'),
      })
      expect(server.bucket.objects.size).toBe(0)
    }
  })

  it('takes such a server where that is declared', async () => {
    const server = await stubServer()
    server.bucket.conditions = 'ignored'
    await opened(server, { createOnly: 'unsupported' })
    expect(server.methods).toBe('GET')
  })

  it('takes a server whose losers get 409', async () => {
    const server = await stubServer()
    server.arm(
      ({ method }) => method === 'PUT' && server.bucket.objects.size > 0,
      {
        kind: 'reply',
        change: (reply) =>
          reply.status === 412 ? { ...reply, status: 409, body: CONFLICT } : reply,
      },
      7,
    )
    await opened(server)
  })

  it('races again where answers were lost, and says so when they always are', async () => {
    for (const isAmongLosers of [false, true]) {
      const server = await stubServer()
      server.arm(
        (request) => isPut(request) && server.bucket.objects.size === Number(isAmongLosers),
        {
          kind: 'lost_reply',
        },
      )
      await opened(server)
      expect(server.count(isPut)).toBe(8 + 9)
    }

    const deaf = await stubServer()
    deaf.arm(isPut, { kind: 'lost_reply' }, Number.POSITIVE_INFINITY)
    await expect(opened(deaf)).rejects.toMatchObject({
      code: 'store_unavailable',
      details: { reason: 'probe_unclear' },
    })
  })

  it('makes sure that a wrong checksum is refused where that is required', async () => {
    const server = await stubServer()
    await expect(opened(server, { checksums: 'required' })).rejects.toMatchObject({
      code: 'store_unsuitable',
      details: { found: 'checksum_ignored' },
    })
    expect(server.bucket.objects.size).toBe(0)
    server.arm(hasWrongSum, { kind: 'status', status: 400, code: 'XAmzContentChecksumMismatch' })
    await opened(server, { checksums: 'required' })
  })

  it.each([
    [404, 'NoSuchBucket', 'store_unavailable', { reason: 'bucket_missing' }],
    [403, 'AccessDenied', 'store_unavailable', { reason: 'access_denied' }],
    [
      403,
      'InvalidAccessKeyId',
      'invalid_option',
      { problems: [{ pointer: '/credentials', problem: 'refused' }] },
    ],
    [403, 'SignatureDoesNotMatch', 'invalid_option', { httpStatus: 403 }],
    [400, 'ExpiredToken', 'invalid_option', { error: 'ExpiredToken' }],
    [
      400,
      'AuthorizationHeaderMalformed',
      'invalid_option',
      { problems: [expect.objectContaining({ pointer: '/region' })] },
    ],
    [501, 'NotImplemented', 'store_unsuitable', { reason: 'not_implemented' }],
    [418, 'Teapot', 'store_failed', { httpStatus: 418, error: 'Teapot' }],
  ])('tells %i %s as %s', async (status, code, expected, details) => {
    const server = await stubServer()
    server.arm(isGet, { kind: 'status', status, code })
    await expect(opened(server)).rejects.toMatchObject({
      code: expected,
      details,
      help: expect.stringMatching(/./),
      cause: expect.objectContaining({ name: code }),
    })
  })

  it('tells a server that does not know the condition', async () => {
    const server = await stubServer()
    const mishap = { kind: 'status', status: 501, code: 'NotImplemented' } as const
    server.arm(isPut, mishap, Number.POSITIVE_INFINITY)
    await expect(opened(server)).rejects.toMatchObject({
      code: 'store_unsuitable',
      help: expect.stringContaining('createOnly'),
    })
  })

  it('tells what is no S3 server', async () => {
    const server = await stubServer()
    const page = { status: 200, headers: {}, body: Buffer.from('<html>Welcome</html>') }
    server.arm(isGet, { kind: 'reply', change: () => page })
    await expect(opened(server)).rejects.toMatchObject({
      code: 'store_unsuitable',
      details: { found: 'answers_for_absent_keys' },
    })
    server.arm(isGet, { kind: 'reply', change: () => ({ ...page, status: 418 }) })
    await expect(opened(server)).rejects.toMatchObject({ code: 'store_failed' })
  })

  it('tells soon that nobody answers', async () => {
    const server = await stubServer()
    const options = server.options()
    await server[Symbol.asyncDispose]()
    const began = performance.now()
    await expect(openS3ArtifactStore(options)).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
    })
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('ends by its signal and by its deadline', async () => {
    const server = await stubServer()
    server.arm(isGet, { kind: 'hang' }, Number.POSITIVE_INFINITY)
    const abort = new AbortController()
    const arrival = server.arrival(isGet)
    const opening = openS3ArtifactStore(server.options(), { signal: abort.signal })
    await arrival
    abort.abort('enough')
    await expect(opening).rejects.toBe('enough')
    await expect(opened(server, { callMillis: 100 })).rejects.toMatchObject({
      code: 'store_timeout',
    })
    await expect(openS3ArtifactStore(server.options(), { signal: abort.signal })).rejects.toBe(
      'enough',
    )
  })

  it('leaves a client that was given open, and keeps to its own options otherwise', async () => {
    const server = await stubServer()
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
    const shared = { endpoint: server.url, region: 'us-east-1', forcePathStyle: true, credentials }
    const client = new S3Client(shared)
    onTestFinished(() => client.destroy())
    const destroy = vi.spyOn(client, 'destroy')
    const first = await openS3ArtifactStore({ client, bucket: 'bucket', prefix: 'a' })
    const second = await openS3ArtifactStore({ client, bucket: 'bucket', prefix: 'b' })
    const id = await first.put('output', bytesOf('hello'))
    await first.close()
    expect(await second.exists(id)).toBe(false)
    await second.put('output', bytesOf('hello'))
    expect(await second.exists(id)).toBe(true)
    await second.close()
    expect(destroy).not.toHaveBeenCalled()
  })
})

const CONFLICT = Buffer.from('<Error><Code>ConditionalRequestConflict</Code></Error>')

const hasWrongSum: Matcher = ({ method, headers, body }) =>
  method === 'PUT' &&
  headers['x-amz-checksum-sha256'] !== Buffer.from(sha256Of(body), 'hex').toString('base64')
