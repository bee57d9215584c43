import type { StreamedBody } from '@mfm/core-types'
import { errorFromInfo, MfmError } from '@mfm/errors'
import type { AskedCall } from './asked-call.ts'
import type { Read } from './body-in-turn.ts'
import { BODY_DONE } from './body-in-turn.ts'
import type { StreamedAnswer } from './streamed-answer.ts'
import type { Turns } from './turns.ts'

/** The call that a body belongs to. */
export type BodyOf = Pick<AskedCall, 'key' | 'namespace' | 'ordinal'>

/** A body that is read again. */
export interface RecordedBody extends StreamedBody {
  readonly answer: StreamedAnswer
}

/** What the reader of a recorded body is told at its end; `undefined` where it came whole. */
export function errorAtEnd(
  { error, ended, chunks }: StreamedAnswer,
  { key, namespace, ordinal }: BodyOf,
): MfmError | undefined {
  if (error !== null) return errorFromInfo(error)
  if (ended === 'complete') return undefined
  const recorded = chunks.length
  return new MfmError('stream_exhausted', {
    message: `the body was given up after ${recorded} chunks when it was recorded, and is read further now`,
    details: { key, namespace, ordinal, recorded, asked: recorded + 1 },
  })
}

export interface KnownBodyOptions {
  readonly call: BodyOf
  readonly turns: Pick<Turns, 'known'>
  /** Waits for the time of a chunk. */
  readonly pace?: ((index: number) => Promise<void>) | undefined
}

/** A body that was known when it was asked for: so are its chunks and its end. */
export class KnownBody implements RecordedBody {
  readonly answer: StreamedAnswer
  readonly #options: KnownBodyOptions
  #next = 0
  #isOver = false

  constructor(answer: StreamedAnswer, options: KnownBodyOptions) {
    this.answer = answer
    this.#options = options
  }

  next(): Promise<Read> {
    const { call, turns, pace } = this.#options
    const index = this.#next
    const isOver = this.#isOver
    const chunk = isOver ? undefined : this.answer.chunks[index]
    if (chunk === undefined) this.#isOver = true
    else this.#next += 1
    return turns.known(async () => {
      if (chunk !== undefined) {
        await pace?.(index)
        return { done: false, value: Uint8Array.from(chunk.bytes) }
      }
      const error = isOver ? undefined : errorAtEnd(this.answer, call)
      if (error !== undefined) throw error
      return BODY_DONE
    })
  }

  return(): Promise<Read> {
    this.#isOver = true
    return this.#options.turns.known(() => Promise.resolve(BODY_DONE))
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
