import type { StreamedBody } from '@mfm/core-types'

type Read = IteratorResult<Uint8Array, undefined>

export interface BodyFollower {
  /** Stands around each read. */
  readonly around: (read: () => Promise<Read>) => Promise<Read>
  /** The body has ended: given up, or read to its end or its error. Called once. */
  readonly onEnd: (body: StreamedBody, isGivenUp: boolean) => void
}

/** A body whose reads and whose end somebody follows. */
export class FollowedBody implements StreamedBody {
  readonly #body: StreamedBody
  readonly #follower: BodyFollower
  #isOver = false

  constructor(body: StreamedBody, follower: BodyFollower) {
    this.#body = body
    this.#follower = follower
  }

  next(): Promise<Read> {
    return this.#follower.around(async () => {
      try {
        const read = await this.#body.next()
        if (read.done === true) this.#end(false)
        return read
      } catch (error) {
        this.#end(false)
        throw error
      }
    })
  }

  async return(): Promise<Read> {
    try {
      return await this.#body.return()
    } finally {
      this.#end(true)
    }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #end(isGivenUp: boolean): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#follower.onEnd(this, isGivenUp)
  }
}
