import { once } from 'node:events'
import { createServer } from 'node:http'

/** Every byte there is, which is no UTF-8. */
export const ALL_BYTES: Uint8Array = Uint8Array.from({ length: 256 }, (_, index) => index)

/** The outside world of the fixture project. */
export class ShopServer implements AsyncDisposable {
  readonly requests: string[] = []
  readonly #server = createServer((request, response) => {
    const url = request.url ?? ''
    this.requests.push(url)
    if (url.startsWith('/price')) {
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ price: 5, currency: 'EUR', stock: { here: 1, far: [2, 3] }, leaf: null }),
      )
    } else if (url === '/text') response.end('two lines\nof text')
    else if (url === '/image') response.end(ALL_BYTES)
    else response.writeHead(404).end()
  })

  static async start(): Promise<ShopServer> {
    const shop = new ShopServer()
    shop.#server.listen(0, '127.0.0.1')
    await once(shop.#server, 'listening')
    return shop
  }

  get env(): Readonly<Record<string, string>> {
    const address = this.#server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    return { MFM_ENDPOINT_SHOP: `http://127.0.0.1:${port}` }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}
