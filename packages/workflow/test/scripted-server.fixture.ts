import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = (response: ServerResponse) => unknown

/** A server whose answers a test gives, one for each request. */
export class ScriptedServer {
  readonly answers: Answer[] = []
  readonly #server: Server = createServer((request, response) => {
    request.resume()
    const answer = this.answers.shift()
    if (answer === undefined) response.writeHead(500).end()
    else answer(response)
  })

  /** Resolves to the base URL. */
  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** The text of server-sent events. */
export function eventText(...data: readonly string[]): string {
  return data.map((line) => `data: ${line}\n\n`).join('')
}
