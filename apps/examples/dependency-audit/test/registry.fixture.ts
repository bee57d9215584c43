import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>

/** A registry on a free port of this machine. Its packages say where they are, as those of real registries do. */
export class TestRegistry implements AsyncDisposable {
  readonly requests: string[] = []
  readonly #answers = new Map<string, Answer>()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push(request.url ?? '')
      const answer = this.#answers.get(request.url ?? '') ?? notFound
      void answer(response, request)
    })
  }

  static async open(): Promise<TestRegistry> {
    const registry = new TestRegistry()
    registry.#server.listen(0, '127.0.0.1')
    await once(registry.#server, 'listening')
    return registry
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port // a listening TCP server has one
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}/`
  }

  /** Versions by number, the latest last. */
  publish(
    name: string,
    versions: Readonly<Record<string, Record<string, unknown>>>,
    send: (response: ServerResponse, body: string) => void | Promise<void> = sendJson,
  ): this {
    return this.answer(name, async (response) => {
      await send(response, JSON.stringify(this.#packument(name, versions)))
    })
  }

  answer(name: string, answer: Answer): this {
    this.#answers.set(`/${name.replace('/', '%2f')}`, answer)
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #packument(name: string, versions: Readonly<Record<string, Record<string, unknown>>>): unknown {
    const numbers = Object.keys(versions)
    const manifests = Object.entries(versions).map(([version, manifest]) => {
      const tarball = `${this.address}${name}/-/${version}.tgz`
      return [version, { name, version, dist: { tarball }, ...manifest }] as const
    })
    return {
      _id: name,
      'dist-tags': { latest: numbers.at(-1) },
      versions: Object.fromEntries(manifests),
      time: Object.fromEntries(
        numbers.map((version, index) => [version, `2024-01-${10 + index}T00:00:00.000Z`]),
      ),
      readme: `See ${this.address}`,
    }
  }
}

/** How most registries send a document. */
export function sendJson(response: ServerResponse, body: string): void {
  response.setHeader('content-type', 'application/json').end(body)
}

export function sendGzip(response: ServerResponse, body: string): void {
  response
    .setHeader('content-type', 'application/json')
    .setHeader('content-encoding', 'gzip')
    .end(gzipSync(body))
}

function notFound(response: ServerResponse): void {
  response.statusCode = 404
  sendJson(response, '{"error":"not_found"}')
}
