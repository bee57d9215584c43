import nodeCrypto from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { hasCode } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { instrument } from '../src/index.ts'
import { ioOf, record } from './recorded-io.fixture.ts'
import type { Answer } from './server.fixture.ts'
import { serve, serveInOrder } from './server.fixture.ts'

const ok = (): Answer => ({ body: '{}' })

describe('the clock of instrumented code', () => {
  it('shows recorded times, and moves when an answer comes', async () => {
    await using server = await serve(ok)
    const program = async (): Promise<unknown> => {
      const [start, elapsed] = [Date.now(), performance.now()]
      const still = Date.now() === start
      await fetch(server.origin)
      const date = new Date()
      return { start, elapsed, still, after: date.getTime(), text: Date() === date.toString() }
    }
    const before = Date.now()
    const { result, replay, keys } = await record(program)
    expect(result).toMatchObject({ elapsed: 0, still: true, text: true })
    const { start, after } = result as { readonly start: number; readonly after: number }
    expect(start).toBeGreaterThanOrEqual(before)
    expect(after).toBeGreaterThanOrEqual(start)
    // The start, the seed, the call, the time of its end.
    expect(keys).toHaveLength(4)
    expect(await replay(program)).toEqual(result)
  })

  it('lets a loop that waits for a time come to its end', async () => {
    const program = async (): Promise<number> => {
      const end = Date.now() + 5
      let readings = 0
      while (Date.now() < end) readings += 1
      return readings
    }
    const { result, replay } = await record(program)
    expect(await replay(program)).toBe(result)
  })

  it('is not that of the rest of the process', async () => {
    const gate = Promise.withResolvers<void>()
    const running = record(async () => {
      await gate.promise
      return Math.random()
    })
    const drawn = new Set([Math.random(), Math.random()])
    gate.resolve()
    const { result } = await running
    expect(drawn.has(result)).toBe(false)
    expect(drawn.size).toBe(2)
  })
})

describe('the noise of instrumented code', () => {
  it('is the same in a replay, and another in another run', async () => {
    const program = async (): Promise<unknown> => ({
      random: [Math.random(), Math.random()],
      uuid: [crypto.randomUUID(), nodeCrypto.randomUUID()],
      values: [...crypto.getRandomValues(new Uint16Array(3))],
      bytes: nodeCrypto.randomBytes(5000).toString('hex'),
      later: await new Promise((resolve) =>
        nodeCrypto.randomBytes(4, (_, bytes) => resolve([...bytes])),
      ),
      int: [nodeCrypto.randomInt(3), nodeCrypto.randomInt(10, 12)],
      filled: [...nodeCrypto.randomFillSync(new Uint8Array(6), 2, 2)],
    })
    const { result, replay } = await record(program)
    expect(await replay(program)).toEqual(result)
    expect((await record(program)).result).not.toEqual(result)
    const { random, uuid, int, filled } = result as Record<string, (number | string)[]>
    expect(random?.every((value) => Number(value) >= 0 && Number(value) < 1)).toBe(true)
    expect(uuid?.join(' ')).toMatch(/^.{14}4.{3}-[89ab].{16} .{14}4.{3}-[89ab].{16}$/)
    expect(Number(int?.[0])).toBeLessThan(3)
    expect([10, 11]).toContain(int?.[1])
    expect(filled?.slice(0, 2)).toEqual([0, 0])
    expect(filled?.slice(4)).toEqual([0, 0])
  })
})

describe('the timers of instrumented code', () => {
  it('fire in the order in which they are due, and move the clock', async () => {
    const program = async (): Promise<unknown> => {
      const start = Date.now()
      const fired: string[] = []
      const { promise, resolve } = Promise.withResolvers<void>()
      setTimeout((name: string) => fired.push(name, String(Date.now() - start)), 20, 'twenty')
      const gone = setTimeout(() => fired.push('never'), 10)
      setTimeout(() => clearTimeout(gone), 5)
      setTimeout(() => fired.push('five'), 5)
      const ticks = setInterval(() => {
        fired.push('tick')
        if (fired.filter((name) => name === 'tick').length < 3) return
        clearInterval(ticks)
        resolve()
      }, 15)
      await promise
      await delay(3)
      return { fired, passed: Date.now() - start }
    }
    const { result, replay, keys } = await record(program)
    expect(result).toEqual({ fired: ['five', 'tick', 'twenty', '20', 'tick', 'tick'], passed: 48 })
    expect(await replay(program)).toEqual(result)
    expect(keys).toHaveLength(2)
  })

  it('wait for calls: the deadline of a call that was answered has not passed', async () => {
    const gate = Promise.withResolvers<void>()
    await using server = await serve(ok)
    const program = async (): Promise<unknown> => {
      const deadline = AbortSignal.timeout(1)
      const timedOut = new Promise((resolve) => setTimeout(resolve, 1, 'timed out'))
      const call = fetch(server.origin, { signal: deadline }).then(({ status }) => status)
      gate.resolve()
      return [await Promise.race([call, timedOut]), deadline.aborted, await timedOut]
    }
    const { result, replay } = await record(program)
    expect(result).toEqual([200, false, 'timed out'])
    expect(await replay(program)).toEqual(result)
  })

  it('neither hold the code up nor outlive it', async () => {
    let fired = false
    const program = async (): Promise<string> => {
      setTimeout(() => {
        fired = true
      }, 86_400_000)
      await Promise.resolve()
      return 'done'
    }
    const { result } = await record(program)
    expect([result, fired]).toEqual(['done', false])
  })

  it('end the code with what a callback throws', async () => {
    const program = async (): Promise<void> => {
      setTimeout(() => {
        throw new RangeError('from a timer')
      }, 1)
      await new Promise(() => undefined)
    }
    await expect(record(program)).rejects.toBeInstanceOf(RangeError)
  })
})

describe('fetch of instrumented code', () => {
  it('records bytes, forms and requests, and gives real responses', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    await using server = await serve(({ path, body }) =>
      path === '/bytes'
        ? { headers: { 'content-type': 'image/png' }, body: bytes }
        : { body: JSON.stringify({ path, body }) },
    )
    const program = async (): Promise<unknown> => {
      const form = new FormData()
      form.set('name', 'Ada')
      form.set('file', new Blob([bytes]), 'a.bin')
      const sent = await fetch(new Request(`${server.origin}/form`, { method: 'POST', body: form }))
      const image = await fetch(new URL('/bytes', server.origin))
      const put = await fetch(`${server.origin}/put`, { method: 'PUT', body: bytes })
      return {
        isReal: sent instanceof Response,
        url: image.url,
        form: (await sent.text()).length,
        image: [...new Uint8Array(await image.arrayBuffer())],
        put: put.status,
      }
    }
    const { result, replay } = await record(program)
    expect(result).toMatchObject({
      isReal: true,
      url: `${server.origin}/bytes`,
      image: [...bytes],
      put: 200,
    })
    await server[Symbol.asyncDispose]()
    expect(await replay(program)).toEqual(result)
  })

  it('gives concurrent calls their answers and times in the recorded order', async () => {
    const count = 20
    // 7 and 20 have no common divisor, so this is every number once.
    const order = Array.from({ length: count }, (_, index) => (index * 7) % count)
    await using server = await serveInOrder(order)
    const program = async (): Promise<unknown> => {
      const settled: unknown[] = []
      const ask = async (n: number): Promise<void> => {
        const text = await (await fetch(`${server.origin}/${n}`)).text()
        settled.push([n, text, Date.now(), Math.random()])
      }
      await Promise.all(Array.from({ length: count }, (_, n) => ask(n)))
      return settled
    }
    const { result, replay } = await record(program)
    expect(result).toHaveLength(count)
    await server[Symbol.asyncDispose]()
    expect(await replay(program)).toEqual(result)
    expect(await replay(program)).toEqual(result)
  })

  it('sends what lies below a named endpoint to wherever that is', async () => {
    await using server = await serve(({ path }) => ({ body: JSON.stringify({ path }) }))
    const program = async (): Promise<unknown> =>
      await (await fetch('https://api.example/v1/models?limit=1')).json()
    const { result, stored } = await record(program, {
      endpoints: { api: 'https://api.example/v1', other: 'https://other.example' },
      endpoint: `${server.origin}/inner`,
    })
    expect(result).toEqual({ path: '/inner/models?limit=1' })
    expect(stored).not.toContain('api.example')
    expect(stored).not.toContain(server.origin)
  })

  it('leaves out by what headers a client describes its machine, and what the author names', async () => {
    await using server = await serve(ok)
    const headers = {
      'x-stainless-os': 'Linux',
      'user-agent': 'client/1.2',
      'x-build': '17',
      'x-kept': 'yes',
      authorization: 'Bearer abcdefghijklmnop',
    }
    const { stored } = await record(async () => (await fetch(server.origin, { headers })).status, {
      ignoreHeaders: ['X-Build'],
    })
    const [asked] = server.asked
    expect(asked?.headers).toMatchObject({ 'x-kept': 'yes', authorization: headers.authorization })
    expect(asked?.headers).not.toHaveProperty('x-build')
    expect(asked?.headers['user-agent']).not.toBe('client/1.2')
    expect(stored).toContain('x-kept')
    expect(stored).not.toContain('abcdefghijklmnop')
  })

  it('fails as fetch does, live and in a replay', async () => {
    const server = await serve(ok)
    const { origin } = server
    await server[Symbol.asyncDispose]()
    const program = async (): Promise<unknown> => {
      const failed = await fetch(origin).catch((error: unknown) => error)
      const aborted = await fetch(origin, {
        signal: AbortSignal.abort(new RangeError('enough')),
      }).catch((error: unknown) => error)
      return [failed instanceof TypeError, aborted instanceof RangeError]
    }
    const { result, replay } = await record(program)
    expect(result).toEqual([true, true])
    expect(await replay(program)).toEqual(result)
  })

  it('does not hide that a replay has no answer', async () => {
    await using server = await serve(ok)
    const ask = async (path: string): Promise<number> => (await fetch(server.origin + path)).status
    const { replay } = await record(async () => await ask('/'))
    await expect(replay(async () => await ask('/other'))).rejects.toSatisfy((error) =>
      hasCode(error, 'missing_fact'),
    )
  })

  it('keeps the numbers of JSON-RPC answers as they were written', async () => {
    await using server = await serve(({ body }) => ({
      body: body.replace(/"method".*?(?=[,}])/g, '"result": 12345678901234567890'),
    }))
    const call = async (body: string): Promise<string> => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
      return await (await fetch(server.origin, init)).text()
    }
    let id = 100
    const program = async (): Promise<unknown> => {
      id += 1
      const one = await call(`{"jsonrpc":"2.0","id":${id},"method":"m"}`)
      const batch = await call(
        `[{"jsonrpc":"2.0","id":"a${id}","method":"m"},{"jsonrpc":"2.0","id":${id},"method":"m"}]`,
      )
      const result = [one, batch].map((text) => text.replaceAll(String(id), '#'))
      return result
    }
    const { result, replay } = await record(program)
    expect(result).toEqual([
      '{"jsonrpc":"2.0","id":#,"result":12345678901234567890}',
      '[{"jsonrpc":"2.0","id":"a#","result":12345678901234567890},{"jsonrpc":"2.0","id":#,"result":12345678901234567890}]',
    ])
    expect(await replay(program)).toEqual(result)
  })
})

it('stands in for code until it ends, and not for what it leaves behind', async () => {
  const later = Promise.withResolvers<void>()
  const { result, keys } = await record(async () => [later.promise.then(() => Date.now())])
  const before = Date.now()
  later.resolve()
  const [now] = await Promise.all(result)
  expect(now).toBeGreaterThanOrEqual(before)
  expect(keys).toHaveLength(2)
})

it('stands in for the parts that are named alone', async () => {
  const { keys } = await record(async () => [Date.now(), Math.random()], { parts: ['random'] })
  expect(keys).toHaveLength(1)
  const io = ioOf({} as never)
  const wrong = instrument(io, () => undefined, { parts: ['clock' as never] })
  await expect(wrong).rejects.toSatisfy((error) => hasCode(error, 'invalid_option'))
})
