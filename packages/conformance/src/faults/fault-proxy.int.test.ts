import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, createServer as createHttpServer, request } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { atEveryRequest } from './at-every-request.ts'
import type { FaultProxy } from './fault-proxy.ts'
import { startFaultProxy } from './fault-proxy.ts'

const ended: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

interface Started {
  readonly proxy: FaultProxy
  /** What the server has received, over all connections. */
  readonly seen: string[]
}

async function listening(server: Server): Promise<{ host: string; port: number }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ended.push(async () => {
    server.close()
  })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

async function proxyTo(server: Server): Promise<FaultProxy> {
  const proxy = await startFaultProxy(await listening(server))
  ended.push(() => proxy.close())
  return proxy
}

/** A server that answers each chunk with itself in capitals. */
async function echo(): Promise<Started> {
  const seen: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      seen.push(String(chunk))
      socket.write(String(chunk).toUpperCase())
    })
  })
  return { proxy: await proxyTo(server), seen }
}

/** A server that answers with a body of 100,000 bytes. */
async function http(): Promise<Started> {
  const seen: string[] = []
  const server = createHttpServer(async (asked, answer) => {
    const body = await text(asked).catch(() => undefined)
    if (body === undefined) return
    seen.push(`${asked.method} ${asked.url} ${body.length}`)
    answer.end('x'.repeat(100_000))
  })
  return { proxy: await proxyTo(server), seen }
}

class Client {
  readonly socket: Socket
  received = ''
  error: NodeJS.ErrnoException | undefined

  constructor({ address }: FaultProxy) {
    this.socket = connect(address)
    this.socket.on('data', (chunk) => {
      this.received += String(chunk)
    })
    this.socket.on('error', (error) => {
      this.error = error
    })
    ended.push(async () => this.socket.destroy())
  }

  /** Sends and waits for as many characters as were sent. */
  async ask(question: string): Promise<string> {
    const before = this.received.length
    this.socket.write(question)
    while (this.received.length < before + question.length) await once(this.socket, 'data')
    return this.received.slice(before)
  }

  /** Sends and waits for the end of the connection; resolves to what came before it. */
  async askInVain(question: string): Promise<string> {
    const before = this.received.length
    const closed = once(this.socket, 'close')
    this.socket.write(question)
    await closed.catch(() => undefined)
    return this.received.slice(before)
  }
}

async function fetchBody(
  { address }: FaultProxy,
  options: { method?: string; path?: string; body?: string; agent?: Agent } = {},
): Promise<string> {
  const { method = 'GET', path = '/', body, agent } = options
  const asking = request({ ...address, method, path, ...(agent && { agent }) })
  asking.end(body)
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  return text(answer)
}

describe('a proxy without faults', () => {
  it('forwards, and counts what has passed', async () => {
    const { proxy } = await echo()
    const client = new Client(proxy)
    expect(await client.ask('hello')).toBe('HELLO')
    expect(await client.ask('again')).toBe('AGAIN')
    expect(proxy.traffic).toEqual({ connections: 1, requests: 2, toServer: 10, toClient: 10 })
  })

  it('forwards large bodies in both directions', async () => {
    const { proxy, seen } = await http()
    const body = await fetchBody(proxy, { method: 'PUT', body: 'y'.repeat(3_000_000) })
    expect(body).toHaveLength(100_000)
    expect(seen).toEqual(['PUT / 3000000'])
  })

  it('ends a connection that its client half closes once the answer has passed', async () => {
    const { proxy } = await echo()
    const client = new Client(proxy)
    await client.ask('hello')
    const closed = once(client.socket, 'close')
    client.socket.end()
    await closed
    expect(client.error).toBeUndefined()
  })
})

describe('cut_before', () => {
  it('ends the connection, and the server never sees the request', async () => {
    const { proxy, seen } = await echo()
    const client = new Client(proxy)
    await client.ask('first')
    const armed = proxy.arm({ kind: 'cut_before' })
    expect(await client.askInVain('second')).toBe('')
    expect([armed.fired, await armed.hit, client.error]).toEqual([1, true, undefined])
    expect(seen).toEqual(['first'])
    expect(await new Client(proxy).ask('third')).toBe('THIRD')
  })
})

describe('reset', () => {
  it('gives the client a RST', async () => {
    const { proxy, seen } = await echo()
    const client = new Client(proxy)
    await client.ask('first')
    const armed = proxy.arm({ kind: 'reset' })
    await client.askInVain('second')
    expect(client.error?.code).toBe('ECONNRESET')
    expect(armed.fired).toBe(1)
    expect(seen).toEqual(['first'])
  })
})

describe('cut_after', () => {
  it('lets the request through and nothing of the reply back', async () => {
    const { proxy, seen } = await http()
    const armed = proxy.arm({ kind: 'cut_after' }, { match: 'PUT /lost' })
    await fetchBody(proxy)
    const lost = fetchBody(proxy, { method: 'PUT', path: '/lost', body: 'z'.repeat(200_000) })
    await expect(lost).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(armed.fired).toBe(1)
    expect(seen).toEqual(['GET / 0', 'PUT /lost 200000'])
  })
})

describe('half_body', () => {
  it('lets so many bytes of the reply through and ends the connection', async () => {
    const { proxy } = await http()
    const armed = proxy.arm({ kind: 'half_body', bytes: 50_000 })
    const { address } = proxy
    const asking = request({ ...address })
    asking.end()
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    let length = 0
    answer.on('data', (chunk) => {
      length += chunk.length
    })
    await expect(once(answer, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(length).toBeGreaterThan(40_000)
    expect(length).toBeLessThan(50_000)
    expect(armed.fired).toBe(1)
    expect(proxy.traffic.toClient).toBe(50_000)
  })

  it('does not fire where the reply is not longer', async () => {
    const { proxy } = await echo()
    const armed = proxy.arm({ kind: 'half_body', bytes: 5 })
    const client = new Client(proxy)
    expect(await client.ask('hello')).toBe('HELLO')
    expect(await client.ask('longer question')).toBe('LONGER QUESTION')
    armed.disarm()
    expect([armed.fired, await armed.hit]).toEqual([0, false])
  })
})

describe('black_hole', () => {
  it('swallows the request and all that follows on that connection', async () => {
    const { proxy, seen } = await echo()
    const client = new Client(proxy)
    await client.ask('first')
    const armed = proxy.arm({ kind: 'black_hole' })
    client.socket.write('second')
    expect(await armed.hit).toBe(true)
    client.socket.write('third')
    expect(await new Client(proxy).ask('fourth')).toBe('FOURTH')
    expect(client.received).toBe('FIRST')
    expect(client.socket.destroyed).toBe(false)
    expect(seen).toEqual(['first', 'fourth'])
    const closed = once(client.socket, 'close')
    proxy.dropConnections()
    await closed
  })

  it('takes new connections too', async () => {
    const { proxy, seen } = await echo()
    const armed = proxy.arm({ kind: 'black_hole' }, { times: Number.POSITIVE_INFINITY })
    for (const client of [new Client(proxy), new Client(proxy)]) client.socket.write('hello')
    await armed.hit
    await expect.poll(() => armed.fired).toBe(2)
    expect(seen).toEqual([])
  })
})

describe('slow', () => {
  it('lets request and reply pass at its rate', async () => {
    const { proxy } = await echo()
    const client = new Client(proxy)
    const armed = proxy.arm({ kind: 'slow', bytesPerSecond: 20_000 })
    const from = performance.now()
    await client.ask('x'.repeat(2000))
    expect(performance.now() - from).toBeGreaterThan(70)
    expect(armed.fired).toBe(1)
    expect(await client.ask('fast again')).toBe('FAST AGAIN')
  })
})

describe('what a fault hits', () => {
  it('is as many requests as it says, after as many as it lets pass', async () => {
    const { proxy, seen } = await echo()
    const armed = proxy.arm({ kind: 'cut_before' }, { after: 2, times: 2, match: 'set' })
    const results: string[] = []
    for (const question of ['set 1', 'get', 'set 2', 'set 3', 'get', 'set 4', 'set 5']) {
      const client = new Client(proxy)
      const answer = await Promise.race([client.ask(question), once(client.socket, 'close')])
      results.push(typeof answer === 'string' ? question : `no ${question}`)
    }
    expect(results).toEqual(['set 1', 'get', 'set 2', 'no set 3', 'get', 'no set 4', 'set 5'])
    expect(armed.fired).toBe(2)
    expect(seen).toEqual(['set 1', 'get', 'set 2', 'get', 'set 5'])
  })

  it('is found in a request that arrives in parts', async () => {
    const { proxy, seen } = await http()
    const armed = proxy.arm({ kind: 'cut_before' }, { match: (asked) => asked.endsWith('!') })
    const asking = request({ ...proxy.address, method: 'PUT' })
    asking.write('part one')
    asking.flushHeaders()
    await expect.poll(() => proxy.traffic.toServer).toBeGreaterThan(0)
    const failed = once(asking, 'error')
    asking.socket?.write('part two!')
    await failed
    expect(armed.fired).toBe(1)
    expect(seen).toEqual([])
  })

  it('is the request of one connection, whatever others do meanwhile', async () => {
    const { proxy } = await http()
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    const armed = proxy.arm({ kind: 'cut_after' }, { match: 'GET /3' })
    const settled = await Promise.allSettled(
      [1, 2, 3, 4].map((index) => fetchBody(proxy, { path: `/${index}`, agent })),
    )
    agent.destroy()
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(armed.fired).toBe(1)
  })
})

describe('a proxy as a server that is down', () => {
  it('refuses connections until it is up again, at the same address', async () => {
    const { proxy } = await echo()
    const client = new Client(proxy)
    await client.ask('hello')
    const closed = once(client.socket, 'close')
    await proxy.goDown()
    await closed
    await new Client(proxy).askInVain('hello')
    const { address } = proxy
    await expect(once(connect(address), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await proxy.comeUp()
    expect(proxy.address).toEqual(address)
    expect(await new Client(proxy).ask('hello')).toBe('HELLO')
  })

  it('cuts its clients where the server behind it is not there', async () => {
    const server = createServer()
    const target = await listening(server)
    server.close()
    await once(server, 'close')
    const proxy = await startFaultProxy(target)
    ended.push(() => proxy.close())
    expect(await new Client(proxy).askInVain('hello')).toBe('')
  })
})

describe('close', () => {
  it('ends connections and faults, and does so twice', async () => {
    const { proxy } = await echo()
    const client = new Client(proxy)
    await client.ask('hello')
    const armed = proxy.arm({ kind: 'cut_before' })
    const closed = once(client.socket, 'close')
    await Promise.all([proxy.close(), proxy.close()])
    await closed
    expect(await armed.hit).toBe(false)
    await new Client(proxy).askInVain('hello')
  })
})

describe('atEveryRequest', () => {
  it('hits each request of a call once', async () => {
    const { proxy, seen } = await echo()
    const outcomes: string[] = []
    const hit = await atEveryRequest(proxy, { kind: 'cut_after' }, async (arm) => {
      const client = new Client(proxy)
      await client.ask('hello')
      const armed = arm()
      const call = async (): Promise<string> => {
        for (const part of ['a', 'b', 'c']) await client.ask(part)
        return 'done'
      }
      outcomes.push(String(await Promise.race([call(), armed.hit])))
    })
    expect(hit).toBe(3)
    expect(outcomes).toEqual(['true', 'true', 'true', 'done'])
    expect(seen.filter((chunk) => chunk !== 'hello').join('')).toBe('aababcabc')
  })

  it('refuses an attempt without a fault and one without an end', { timeout: 30_000 }, async () => {
    const { proxy } = await echo()
    await expect(
      atEveryRequest(proxy, { kind: 'cut_before' }, async () => undefined),
    ).rejects.toThrow('armed no fault')
    const endless = atEveryRequest(proxy, { kind: 'cut_before' }, async (arm, request) => {
      arm()
      const client = new Client(proxy)
      for (let index = 0; index < request; index++) await client.ask('x')
      await client.askInVain('y')
    })
    await expect(endless).rejects.toThrow('more than 100')
  })
})
