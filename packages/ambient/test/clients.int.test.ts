import { Socket } from 'node:net'
import OpenAI from 'openai'
import { request, fetch as undiciFetch } from 'undici'
import { createPublicClient, http } from 'viem'
import { mainnet } from 'viem/chains'
import { expect, test as it, vi } from 'vitest'
import { record } from './recorded-io.fixture.ts'
import { serve } from './server.fixture.ts'

/** Counts connections from now on. */
function connections(): ReturnType<typeof vi.spyOn> {
  return vi.spyOn(Socket.prototype, 'connect')
}

it('an OpenAI-compatible client records and replays, its retry included', async () => {
  let tries = 0
  await using server = await serve(({ body }) => {
    tries += 1
    if (tries === 1) return { status: 500, body: '{"error":{"message":"busy"}}' }
    if (body.includes('"stream":true')) {
      const chunks = ['Hel', 'lo'].map(
        (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
      )
      return {
        headers: { 'content-type': 'text/event-stream' },
        body: `${chunks.join('')}data: [DONE]\n\n`,
      }
    }
    const message = { role: 'assistant', content: `answer ${tries}` }
    return { body: JSON.stringify({ id: 'x', choices: [{ index: 0, message }] }) }
  })
  const apiKey = 'sk-test-0123456789abcdefghijklmn'
  const program = async (): Promise<unknown> => {
    const client = new OpenAI({ apiKey, baseURL: `${server.origin}/v1` })
    const messages = [{ role: 'user' as const, content: 'hello' }]
    const whole = await client.chat.completions.create({ model: 'm', messages })
    const stream = await client.chat.completions.create({ model: 'm', messages, stream: true })
    let text = ''
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
    return { content: whole.choices[0]?.message.content, text, at: Date.now() }
  }
  const { result, replay, stored } = await record(program)
  expect(result).toMatchObject({ content: 'answer 2', text: 'Hello' })
  expect(tries).toBe(3)
  expect(server.asked[0]?.headers.authorization).toBe(`Bearer ${apiKey}`)
  expect(stored).not.toContain(apiKey)
  await server[Symbol.asyncDispose]()
  const connected = connections()
  expect(await replay(program)).toEqual(result)
  expect(connected).not.toHaveBeenCalled()
})

it('viem records and replays, also where its own count of requests has gone on', async () => {
  await using server = await serve(({ body }) => {
    const { id, method } = JSON.parse(body)
    return {
      body: JSON.stringify({
        jsonrpc: '2.0',
        id,
        result: method === 'eth_blockNumber' ? '0x2a' : '0x1',
      }),
    }
  })
  const program = async (): Promise<unknown> => {
    const client = createPublicClient({ chain: mainnet, transport: http(server.origin) })
    const [block, balance] = await Promise.all([
      client.getBlockNumber({ cacheTime: 0 }),
      client.getBalance({ address: `0x${'1'.repeat(40)}` }),
    ])
    return { block: String(block), balance: String(balance) }
  }
  const { result, replay } = await record(program)
  expect(result).toEqual({ block: '42', balance: '1' })
  await server[Symbol.asyncDispose]()
  const connected = connections()
  expect(await replay(program)).toEqual(result)
  expect(connected).not.toHaveBeenCalled()
})

it('undici records and replays: request and fetch of the package, bytes and redirects', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  await using server = await serve(({ path, method, body }) => {
    if (path === '/bytes')
      return { headers: { 'content-type': 'application/octet-stream' }, body: bytes }
    if (path === '/moved') return { status: 302, headers: { location: '/here' }, body: '' }
    return { body: JSON.stringify({ path, method, body }) }
  })
  const program = async (): Promise<unknown> => {
    const plain = await request(`${server.origin}/echo?a=1`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-trial': 'yes' },
      body: 'ä',
    })
    const binary = await request(`${server.origin}/bytes`)
    const moved = await undiciFetch(`${server.origin}/moved`)
    return {
      status: plain.statusCode,
      echo: await plain.body.json(),
      bytes: Buffer.from(await binary.body.arrayBuffer()).toString('hex'),
      moved: await moved.json(),
    }
  }
  const { result, replay } = await record(program)
  expect(result).toEqual({
    status: 200,
    echo: { path: '/echo?a=1', method: 'POST', body: 'ä' },
    bytes: Buffer.from(bytes).toString('hex'),
    moved: { path: '/here', method: 'GET', body: '' },
  })
  await server[Symbol.asyncDispose]()
  const connected = connections()
  expect(await replay(program)).toEqual(result)
  expect(connected).not.toHaveBeenCalled()
})
