import { invalidBundle, tooLarge } from '../problem.ts'

const NOTHING: Uint8Array = new Uint8Array(0)

/** Hands out the bytes of a source in the portions that are asked for, and no more of them than a limit. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #limit: number
  readonly #signal: AbortSignal | undefined
  #rest = NOTHING
  #received = 0

  constructor(source: AsyncIterable<Uint8Array>, limit: number, signal: AbortSignal | undefined) {
    this.#chunks = source[Symbol.asyncIterator]()
    this.#limit = limit
    this.#signal = signal
  }

  /** From 1 to `most` bytes, `undefined` at the end. Valid until the source gives its next chunk. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      this.#signal?.throwIfAborted()
      const { done, value } = await this.#chunks.next()
      if (done === true) return
      this.#received += value.length
      if (this.#received > this.#limit) throw tooLarge('totalBytes', this.#limit, this.#received)
      this.#rest = value
    }
    const portion = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(portion.length)
    return portion
  }

  /** @throws MfmError `bundle_invalid` with problem `truncated` */
  async exactly(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let missing = length
    while (missing > 0) {
      const part = await this.some(missing)
      if (part === undefined) throw truncated(this.#received)
      missing -= part.length
      if (missing === 0 && parts.length === 0) return part
      parts.push(part)
    }
    return Buffer.concat(parts, length)
  }

  /** Lets the source go; to be called once, however the reading ended. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}

function truncated(bytes: number): Error {
  return invalidBundle('truncated', {
    message: `the bundle ends after ${bytes} bytes, in the middle of an entry`,
    details: { bytes },
  })
}
