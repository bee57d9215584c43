import type { StreamedBody } from '@mfm/core-types'
import { errorFromInfo, MfmError } from '@mfm/errors'
import type { AskedCall } from './asked-call.ts'
import type { StreamedAnswer } from './streamed-answer.ts'

type Read = IteratorResult<Uint8Array, undefined>

/** When a recorded body goes on. */
export interface BodyTurns {
  /** Resolves when it is the turn of a chunk. */
  chunk(index: number): Promise<void>
  /** Resolves when it is the turn of the end, after so many chunks: those that were not read will not be. */
  end(read: number): Promise<void>
}

/** The call that a body belongs to. */
export type BodyOf = Pick<AskedCall, 'key' | 'namespace' | 'ordinal'>

const DONE: Read = { done: true, value: undefined }

/** A recorded body as it was delivered, chunk by chunk and with its end. */
export class RecordedBody implements StreamedBody {
  readonly answer: StreamedAnswer
  readonly #turns: BodyTurns
  readonly #call: BodyOf
  #reading: Promise<unknown> = Promise.resolve()
  #next = 0
  #end: Promise<void> | undefined
  #isOver = false

  constructor(answer: StreamedAnswer, turns: BodyTurns, call: BodyOf) {
    this.answer = answer
    this.#turns = turns
    this.#call = call
  }

  next(): Promise<Read> {
    const read = this.#reading.then(() => this.#read())
    this.#reading = read.catch(() => undefined)
    return read
  }

  async return(): Promise<Read> {
    this.#isOver = true
    this.#end ??= this.#turns.end(this.#next)
    await this.#end
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #read(): Promise<Read> {
    const chunk = this.#isOver ? undefined : this.answer.chunks[this.#next]
    if (chunk !== undefined) {
      await this.#turns.chunk(this.#next)
      if (!this.#isOver) {
        this.#next += 1
        return { done: false, value: Uint8Array.from(chunk.bytes) }
      }
    }
    this.#end ??= this.#turns.end(this.#next)
    await this.#end
    if (this.#isOver) return DONE
    this.#isOver = true
    const { ended, error } = this.answer
    if (error !== null) throw errorFromInfo(error)
    if (ended === 'complete') return DONE
    throw this.#exhausted()
  }

  #exhausted(): MfmError {
    const { key, namespace, ordinal } = this.#call
    const recorded = this.#next
    return new MfmError('stream_exhausted', {
      message: `the body was given up after ${recorded} chunks when it was recorded, and is read further now`,
      details: { key, namespace, ordinal, recorded, asked: recorded + 1 },
    })
  }
}
