import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

const SLOW_DOWN =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>'

/** Stands before an S3 server and answers 503 in its place, for as many requests as it is told. */
export class UnwillingS3 implements AsyncDisposable {
  readonly #server: Server
  readonly #target: { readonly host: string; readonly port: number }
  #left = 0
  /** Requests that were answered with 503. */
  refused = 0

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target
    this.#server = createServer((request, response) => {
      void this.#answer(request, response).catch(() => response.destroy())
    })
  }

  static async before(target: {
    readonly host: string
    readonly port: number
  }): Promise<UnwillingS3> {
    const proxy = new UnwillingS3(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo // a listening TCP server has one
    return `http://127.0.0.1:${port}`
  }

  /** Answers the next requests with 503. */
  refuse(requests: number): void {
    this.#left = requests
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#left > 0) {
      this.#left -= 1
      this.refused += 1
      request.resume()
      response.writeHead(503, { 'content-type': 'application/xml' }).end(SLOW_DOWN)
      return
    }
    // With the headers as they came: the signature covers the name of the host.
    const { method, url, headers } = request
    const onward = sendRequest({ ...this.#target, method, path: url, headers, agent: false })
    const [answer] = await Promise.all([
      once(onward, 'response').then(([message]: IncomingMessage[]) => message),
      pipeline(request, onward),
    ])
    if (answer === undefined) throw new Error('no answer')
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    await pipeline(answer, response)
  }
}
