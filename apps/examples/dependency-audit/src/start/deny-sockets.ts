import { Socket } from 'node:net'

/** Refuses the network to the whole process, until it is disposed of. */
export class SocketDenial implements Disposable {
  readonly #connect = Socket.prototype.connect
  #attempts = 0

  constructor() {
    // Every TCP, TLS and pipe connection of Node goes through here, `fetch` included.
    Socket.prototype.connect = () => {
      this.#attempts += 1
      throw new Error('the network is refused during a replay')
    }
  }

  /** Connections that were tried meanwhile. */
  get attempts(): number {
    return this.#attempts
  }

  [Symbol.dispose](): void {
    Socket.prototype.connect = this.#connect
  }
}
