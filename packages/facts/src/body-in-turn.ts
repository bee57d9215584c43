import type { StreamedBody } from '@mfm/core-types'
import type { Turns } from './turns.ts'

/** What the reader of a body is given. */
export type Read = IteratorResult<Uint8Array, undefined>

export const BODY_DONE: Read = Object.freeze({ done: true, value: undefined })

/** What a body is made of; asked for one at a time. */
export interface BodyParts {
  /**
   * Resolves when it is the turn of the next chunk, to `undefined` if the body has ended; at once where it has.
   *
   * @throws what one reader is told, and the next may try again
   */
  chunk(): Promise<Uint8Array | undefined> | undefined
  /**
   * Resolves when it is the turn of the end, to the error that a reader is told.
   *
   * @throws what everybody is told: the end could not be recorded
   */
  end(): Promise<Error | undefined>
  /** No more chunks are wanted. */
  giveUp(): void
}

interface Reader {
  readonly resolve: (read: Read | Promise<Read>) => void
  readonly reject: (error: unknown) => void
}

/**
 * A body whose chunks and end are new to the program, in live mode and in replay alike. Whoever waits is served in the
 * order of asking; with its end, that the body is over is known to the others who wait.
 */
export class BodyInTurn implements StreamedBody {
  readonly #parts: BodyParts
  readonly #turns: Pick<Turns, 'known'>
  readonly #readers: Reader[] = []
  #isServing = false
  #isGivenUp = false
  #isOver = false

  constructor(parts: BodyParts, turns: Pick<Turns, 'known'>) {
    this.#parts = parts
    this.#turns = turns
  }

  next(): Promise<Read> {
    return this.#isOver ? this.#done() : this.#wait()
  }

  return(): Promise<Read> {
    if (this.#isOver) return this.#done()
    this.#isGivenUp = true
    this.#parts.giveUp()
    return this.#wait()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #done(): Promise<Read> {
    return this.#turns.known(() => Promise.resolve(BODY_DONE))
  }

  #wait(): Promise<Read> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject })
      if (!this.#isServing) void this.#serve()
    })
  }

  /** Asks the parts at once: whoever asks for what is known has a place from then on. */
  async #serve(): Promise<void> {
    this.#isServing = true
    while (this.#readers.length > 0) {
      try {
        const coming = this.#parts.chunk()
        const chunk = coming && (await coming)
        if (chunk === undefined) await this.#end()
        else this.#readers.shift()?.resolve({ done: false, value: chunk })
      } catch (error) {
        this.#readers.shift()?.reject(error)
      }
    }
    this.#isServing = false
  }

  async #end(): Promise<void> {
    const { error } = await outcomeOf(this.#parts.end(), () => this.#isGivenUp)
    this.#isOver = true
    const [first, ...others] = this.#readers.splice(0)
    if (error === undefined) first?.resolve(BODY_DONE)
    else first?.reject(error)
    for (const { resolve } of others) resolve(this.#done())
  }
}

async function outcomeOf(
  end: Promise<Error | undefined>,
  isGivenUp: () => boolean,
): Promise<{ readonly error: unknown }> {
  try {
    const error = await end
    // Who has given it up does not want to know how it ended.
    return { error: isGivenUp() ? undefined : error }
  } catch (error) {
    return { error }
  }
}
