import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'

/** Takes connections and says nothing, as a server behind a broken network does. */
export class MuteServer implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
  })

  static async start(): Promise<MuteServer> {
    const mute = new MuteServer()
    mute.#server.listen(0, '127.0.0.1')
    await once(mute.#server, 'listening')
    return mute
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port // a listening TCP server has one
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
