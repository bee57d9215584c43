import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An answer that goes on when it is told to. */
interface ToldAnswer {
  /** Resolves when the bytes have left. */
  readonly write: (chunk: string | Uint8Array) => Promise<void>
  readonly end: () => void
  /** Ends the connection in the middle. */
  readonly cut: () => void
  /** Resolves when the connection is closed, by whomever. */
  readonly closed: Promise<unknown>
  readonly response: ServerResponse
}

export interface ToldServer extends AsyncDisposable {
  readonly origin: string
  readonly count: number
  /** The next request that comes. */
  next(): Promise<ToldAnswer>
}

/** A server that answers as its test tells it, chunk by chunk. */
export async function startToldServer(): Promise<ToldServer> {
  const waiting: ((answer: ToldAnswer) => void)[] = []
  const come: ToldAnswer[] = []
  let count = 0
  const server = createServer((request, response) => {
    count += 1
    request.resume()
    const answer = toldAnswer(response)
    const first = waiting.shift()
    if (first === undefined) come.push(answer)
    else first(answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  return {
    origin: `http://127.0.0.1:${port}`,
    get count() {
      return count
    },
    next: async () => come.shift() ?? (await new Promise((resolve) => waiting.push(resolve))),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function toldAnswer(response: ServerResponse): ToldAnswer {
  return {
    response,
    write: async (chunk) => {
      await new Promise((resolve) => response.write(chunk, resolve))
    },
    end: () => void response.end(),
    cut: () => void response.destroy(),
    closed: once(response, 'close'),
  }
}
