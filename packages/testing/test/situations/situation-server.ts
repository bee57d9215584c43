import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { ALL_BYTES } from '../shop-server.ts'

type Answer = (
  response: ServerResponse,
  asked: { readonly times: number; readonly body: string },
) => void

/** The server that the recorders of others were measured with, situation by situation. */
export class SituationServer implements AsyncDisposable {
  requests = 0
  readonly #times = new Map<string, number>()
  /** Waits until it is released, so that the order of answers is no matter of time. */
  #slow: ServerResponse | undefined
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response)
  })
  readonly #answers: ReadonlyMap<string, Answer> = new Map<string, Answer>([
    [
      '/gzip',
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' })
        response.end(gzipSync('zipped text'))
      },
    ],
    [
      '/sse',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('data: 1\n\n', () => response.end('data: 2\n\n'))
      },
    ],
    ['/binary', (response) => response.end(ALL_BYTES)],
    [
      '/flaky',
      (response, { times }) => {
        response.writeHead(times === 1 ? 503 : 200).end(`try ${times}`)
      },
    ],
    ['/count', (response, { times }) => response.end(`answer ${times}`)],
    ['/echo', (response, { body }) => response.end(body)],
    ['/drop', (response) => response.destroy()],
    ['/hang', () => undefined],
    ['/fast', (response) => response.end('fast')],
    [
      '/slow',
      (response) => {
        this.#slow = response
      },
    ],
    [
      '/release',
      (response) => {
        this.#slow?.end('slow')
        response.end('released')
      },
    ],
  ])

  static async start(): Promise<SituationServer> {
    const server = new SituationServer()
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get origin(): string {
    const address = this.#server.address()
    return typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : ''
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1
    const url = request.url ?? ''
    const times = (this.#times.get(url) ?? 0) + 1
    this.#times.set(url, times)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    const answer = this.#answers.get(url)
    if (answer === undefined) response.end('ok')
    else answer(response, { times, body })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}
