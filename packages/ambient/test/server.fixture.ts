import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface LocalServer extends AsyncDisposable {
  readonly origin: string
  readonly asked: readonly Asked[]
}

/** A server on a port of its own. */
export async function serve(answer: (asked: Asked) => Answer): Promise<LocalServer> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url: path = '', headers } = request
    const one = { method, path, headers, body: Buffer.concat(chunks).toString() }
    asked.push(one)
    const { status = 200, headers: own, body } = answer(one)
    response.writeHead(status, { 'content-type': 'application/json', ...own }).end(body)
  })
  return { ...(await listening(server)), asked }
}

/** Answers `/<n>` when all have asked, in an order. */
export async function serveInOrder(order: readonly number[]): Promise<LocalServer> {
  const waiting = new Map<string, ServerResponse>()
  const server = createServer((request, response) => {
    waiting.set(request.url ?? '', response)
    if (waiting.size < order.length) return
    for (const n of order) waiting.get(`/${n}`)?.end(`answer ${n}`)
  })
  return { ...(await listening(server)), asked: [] }
}

async function listening(server: Server): Promise<Omit<LocalServer, 'asked'>> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  let isOver = false
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      if (isOver) return
      isOver = true
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
