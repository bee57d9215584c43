import type { StreamedBody } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { StreamChunk, StreamPlace } from '@mfm/facts'
import { abortError } from '@mfm/facts'
import { abortable } from './abortable.ts'
import type { StreamEnding } from './stream-outcome.ts'

type Read = IteratorResult<Uint8Array, undefined>

export interface LiveBodyOptions {
  readonly source: AsyncIterator<Uint8Array>
  /** Ends the body from outside. */
  readonly signal: AbortSignal
  /** Lets go of what gives the chunks. */
  readonly giveUp: AbortController
  /** Most bytes. */
  readonly limit: number
  /** Resolves to the place of a chunk when it is its turn. */
  readonly turn: () => Promise<StreamPlace>
  /** Milliseconds since the caller had the head. */
  readonly elapsed: () => number
  /** Resolves when the body is recorded; rejects with what the reader is to be told in place of an end. */
  readonly record: (chunks: readonly StreamChunk[], ending: StreamEnding) => Promise<void>
}

const DONE: Read = { done: true, value: undefined }

/** A body that is delivered while it comes, and kept until it is recorded. It comes as fast as it is read. */
export class LiveBody implements StreamedBody {
  readonly #options: LiveBodyOptions
  readonly #chunks: StreamChunk[] = []
  readonly #onAbort: () => void
  #bytes = 0
  #reading: Promise<unknown> = Promise.resolve()
  #end: Promise<void> | undefined
  #isOver = false

  constructor(options: LiveBodyOptions) {
    const { signal } = options
    this.#options = options
    this.#onAbort = () => void this.#finish({ ended: 'aborted', error: abortError(signal) })
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  next(): Promise<Read> {
    const read = this.#reading.then(() => this.#read())
    this.#reading = read.catch(() => undefined)
    return read
  }

  async return(): Promise<Read> {
    this.#isOver = true
    // A body that had ended otherwise is recorded so; its reader no longer wants to know.
    if (this.#end === undefined) await this.#finish({ ended: 'aborted' })
    else await this.#end.catch(() => undefined)
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #read(): Promise<Read> {
    const chunk = this.#end === undefined ? await this.#pull() : undefined
    if (chunk !== undefined) return { done: false, value: chunk }
    if (this.#isOver) {
      await this.#end?.catch(() => undefined)
      return DONE
    }
    this.#isOver = true
    await this.#end
    return DONE
  }

  /** The next chunk, or `undefined` when the body has ended. */
  async #pull(): Promise<Uint8Array | undefined> {
    const { giveUp, source, turn, elapsed } = this.#options
    try {
      const { done, value } = await abortable(giveUp.signal, () => source.next())
      if (done === true) {
        void this.#finish({ ended: 'complete' })
        return undefined
      }
      const bytes = this.#admit(value)
      const millis = elapsed()
      const place = await turn()
      if (this.#end !== undefined) return undefined
      this.#chunks.push({ bytes, millis, ...place })
      return Uint8Array.from(bytes)
    } catch (error) {
      void this.#finish({ ended: 'error', error })
      return undefined
    }
  }

  #admit(chunk: unknown): Uint8Array {
    if (!(chunk instanceof Uint8Array)) {
      throw new MfmError('transport_answer_invalid', {
        message: 'a chunk of a streamed body is no Uint8Array',
      })
    }
    this.#bytes += chunk.length
    const { limit } = this.#options
    if (this.#bytes <= limit) return Uint8Array.from(chunk)
    throw new MfmError('stream_too_large', {
      message: `the streamed body is longer than ${limit} bytes`,
      details: { maxStreamBytes: limit },
    })
  }

  #finish(ending: StreamEnding): Promise<void> {
    if (this.#end !== undefined) return this.#end
    const { signal, record } = this.#options
    signal.removeEventListener('abort', this.#onAbort)
    this.#end = record(this.#chunks, ending)
    // Whoever reads on is told; nobody has to.
    this.#end.catch(() => undefined)
    if (ending.ended !== 'complete') this.#letGo()
    return this.#end
  }

  #letGo(): void {
    const { giveUp, source } = this.#options
    giveUp.abort()
    // One that is in the middle of a step ends after it; nobody waits for that.
    const ending = async (): Promise<void> => void (await source.return?.())
    ending().catch(() => undefined)
  }
}
