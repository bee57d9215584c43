import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that answers `/add/7` with 7 and counts what it is asked, by path. */
export class CountingServer {
  readonly seen = new Map<string, number>()
  #server: Server | undefined

  /** Resolves to the base URL. */
  async open(): Promise<string> {
    const server = createServer((request, response) => {
      const path = request.url ?? ''
      this.seen.set(path, (this.seen.get(path) ?? 0) + 1)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ value: Number(path.split('/').at(-1)) }))
    })
    this.#server = server
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    const server = this.#server
    server?.closeAllConnections()
    await new Promise((resolve) => server?.close(resolve))
  }
}
