import { describe, expect, it } from 'vitest'
import { isGet, isPut } from './stub-server.ts'
import { bytesOf, idOf, keyOf, stubbed } from './stub-store.ts'

const HELLO = bytesOf('hello')
const FOREIGN = Buffer.from('foreign')

function code(name: string): unknown {
  return expect.objectContaining({ name: 'MfmError', code: name })
}

describe('put of a new artifact', () => {
  it('is one request, which says what it must', async () => {
    const { server, store } = await stubbed({ prefix: 'team' })
    const id = await store.put('fact_payload', HELLO)
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]).toMatchObject({
      method: 'PUT',
      key: `team/artifacts/${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`,
      body: Buffer.from(HELLO),
      headers: {
        'if-none-match': '*',
        'x-amz-meta-mfm-kind': 'fact_payload',
        'x-amz-sdk-checksum-algorithm': 'SHA256',
        'x-amz-checksum-sha256': Buffer.from(id, 'hex').toString('base64'),
        'x-amz-content-sha256': id,
      },
    })
  })

  it('sends no checksum where that is off', async () => {
    const { server, store } = await stubbed({ checksums: 'off' })
    await store.put('output', HELLO)
    const names = Object.keys(server.requests[0]?.headers ?? {})
    expect(names.filter((name) => name.includes('checksum'))).toEqual([])
  })

  it('is one request for all who put it at the same time', async () => {
    const { server, store } = await stubbed()
    await Promise.all(Array.from({ length: 64 }, () => store.put('output', HELLO)))
    expect(server.requests).toHaveLength(1)
    await store.put('output', HELLO)
    expect(server.count(isPut)).toBe(2)
  })

  it('has a bounded number of requests under way', async () => {
    const { server, store } = await stubbed({ limits: { concurrency: 3 } })
    const texts = Array.from({ length: 40 }, (_, index) => bytesOf(`text ${index}`))
    await Promise.all(texts.map((bytes) => store.put('output', bytes)))
    expect([2, 3]).toContain(server.mostAtOnce)
    expect(server.bucket.objects.size).toBe(40)
  })
})

describe('put, where the server', () => {
  it('loses the reply, succeeds by what is there', async () => {
    const { server, store } = await stubbed()
    server.arm(isPut, { kind: 'lost_reply' })
    expect(await store.put('output', HELLO)).toBe(idOf(HELLO))
    expect(server.methods).toBe('PUT PUT GET')
  })

  it('has other bytes there, reports corruption and leaves them', async () => {
    const { server, store } = await stubbed()
    for (const foreign of [FOREIGN, Buffer.alloc(0), Buffer.alloc(1000), Buffer.from('hellO')]) {
      server.bucket.objects.set(keyOf(HELLO), foreign)
      await expect(store.put('output', HELLO)).rejects.toEqual(code('artifact_corruption'))
      expect(server.bucket.objects.get(keyOf(HELLO))).toBe(foreign)
    }
  })

  it('sends more bytes than ours without an end, reports corruption and hangs up', async () => {
    const { server, store } = await stubbed()
    server.bucket.objects.set(keyOf(HELLO), Buffer.alloc(1000))
    server.arm(isGet, { kind: 'half_body', isCut: false, hasLength: false })
    await expect(store.put('output', HELLO)).rejects.toEqual(code('artifact_corruption'))
    await expect.poll(() => server.connections()).toBe(0)
  })

  it('answers 409 for a while, tries again', async () => {
    const { server, store } = await stubbed()
    const conflict = { kind: 'status', status: 409, code: 'ConditionalRequestConflict' } as const
    server.arm(isPut, conflict, 4)
    expect(await store.put('output', HELLO)).toBe(idOf(HELLO))
    expect(server.bucket.objects.has(keyOf(HELLO))).toBe(true)
    expect(server.count(isPut)).toBe(5)
  })

  it('answers 409 for ever, gives up as busy after a bounded number of tries', async () => {
    const { server, store } = await stubbed()
    const conflict = { kind: 'status', status: 409, code: 'ConditionalRequestConflict' } as const
    server.arm(isPut, conflict, Number.POSITIVE_INFINITY)
    await expect(store.put('output', HELLO)).rejects.toEqual(code('store_busy'))
    expect(server.count(isPut)).toBe(6)
  })

  it('answers 409 to a put that another has won, takes what is there', async () => {
    const { server, store } = await stubbed()
    server.bucket.objects.set(keyOf(HELLO), Buffer.from(HELLO))
    server.arm(isPut, { kind: 'status', status: 409, code: 'ConditionalRequestConflict' })
    expect(await store.put('output', HELLO)).toBe(idOf(HELLO))
    expect(server.methods).toBe('PUT GET')
  })

  it('says that it exists and then has it not, puts it again', async () => {
    const { server, store } = await stubbed()
    server.arm(isPut, { kind: 'status', status: 412, code: 'PreconditionFailed' })
    expect(await store.put('output', HELLO)).toBe(idOf(HELLO))
    expect(server.methods).toBe('PUT GET PUT')
  })

  it.each([
    { kind: 'status', status: 503, code: 'SlowDown' },
    { kind: 'status', status: 500, code: 'InternalError' },
    { kind: 'status', status: 429, code: 'TooManyRequests' },
    { kind: 'status', status: 400, code: 'RequestTimeout' },
    { kind: 'status', status: 400, code: 'BadDigest' },
    { kind: 'cut' },
  ] as const)('fails with $kind $code a few times, goes on until it succeeds', async (mishap) => {
    const { server, store } = await stubbed()
    server.arm(isPut, mishap, 6)
    expect(await store.put('output', HELLO)).toBe(idOf(HELLO))
    expect(server.count(isPut)).toBe(7)
  })

  it('is overloaded for long, gives up within the deadline and says why', async () => {
    const { server, store } = await stubbed({ callMillis: 1500 })
    server.arm(isPut, { kind: 'status', status: 503, code: 'SlowDown' }, Number.POSITIVE_INFINITY)
    const began = performance.now()
    await expect(store.put('output', HELLO)).rejects.toMatchObject({
      code: expect.stringMatching(/^store_(unavailable|timeout)$/),
      retryable: true,
    })
    expect(performance.now() - began).toBeLessThan(3000)
    expect(server.count(isPut)).toBeGreaterThan(2)
  })

  it('never answers one request, sends it again and succeeds', async () => {
    const { server, store } = await stubbed({ attemptMillis: 100 })
    server.arm(isPut, { kind: 'hang' })
    expect(await store.put('output', HELLO)).toBe(idOf(HELLO))
    expect(server.count(isPut)).toBe(2)
  })

  it('never answers at all, ends with a timeout', async () => {
    const { server, store } = await stubbed({ callMillis: 250 })
    server.arm(isPut, { kind: 'hang' }, Number.POSITIVE_INFINITY)
    await expect(store.put('output', HELLO)).rejects.toEqual(code('store_timeout'))
  })

  it('does not allow it, fails at once', async () => {
    const { server, store } = await stubbed()
    server.arm(isPut, { kind: 'status', status: 403, code: 'AccessDenied' })
    await expect(store.put('output', HELLO)).rejects.toMatchObject({
      code: 'store_unavailable',
      details: { reason: 'access_denied', httpStatus: 403 },
    })
    expect(server.requests).toHaveLength(1)
  })
})

describe('put to a server without conditions that is declared as such', () => {
  it('looks, then writes plainly', async () => {
    const { server, store } = await stubbed({ createOnly: 'unsupported' })
    await store.put('output', HELLO)
    expect(server.methods).toBe('GET PUT')
    expect(server.requests[1]?.headers['if-none-match']).toBeUndefined()
  })

  it('writes nothing over what is there', async () => {
    const { server, store } = await stubbed({ createOnly: 'unsupported' })
    await store.put('output', HELLO)
    await store.put('output', HELLO)
    server.bucket.objects.set(keyOf(HELLO), FOREIGN)
    await expect(store.put('output', HELLO)).rejects.toEqual(code('artifact_corruption'))
    expect(server.count(isPut)).toBe(1)
    expect(server.count(isGet)).toBe(3)
  })
})
