import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const TICK_MILLIS = 20

/** One direction of a connection, with back-pressure. */
export class Lane {
  readonly #source: Socket
  readonly #target: Socket

  constructor(source: Socket, target: Socket) {
    this.#source = source
    this.#target = target
  }

  /** At `rate` bytes per second where one is given. The source waits until everything has left. */
  send(chunk: Buffer, rate?: number): void {
    if (rate !== undefined) {
      this.#source.pause()
      void this.#trickle(chunk, Math.max(1, Math.round((rate * TICK_MILLIS) / 1000)))
    } else if (!this.#target.write(chunk)) {
      this.#source.pause()
      this.#target.once('drain', () => this.#source.resume())
    }
  }

  async #trickle(chunk: Buffer, step: number): Promise<void> {
    for (let sent = 0; sent < chunk.length && !this.#target.destroyed; sent += step) {
      this.#target.write(chunk.subarray(sent, sent + step))
      await delay(TICK_MILLIS)
    }
    this.#source.resume()
  }
}
