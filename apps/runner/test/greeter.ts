import { once } from 'node:events'
import { createServer } from 'node:http'

/** The outside world of the fixture workflow: greets whoever is named, and counts. */
export class Greeter implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    this.requests.push(request.url ?? '')
    this.#asked.resolve()
    const { searchParams } = new URL(request.url ?? '', 'http://localhost')
    response.end(`hello ${searchParams.get('name')}`)
  })
  readonly #asked = Promise.withResolvers<void>()
  readonly requests: string[] = []

  static async start(): Promise<Greeter> {
    const greeter = new Greeter()
    greeter.#server.listen(0, '127.0.0.1')
    await once(greeter.#server, 'listening')
    return greeter
  }

  /** Resolves when the first request has come. */
  get asked(): Promise<void> {
    return this.#asked.promise
  }

  get address(): string {
    const address = this.#server.address()
    return typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : ''
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}
