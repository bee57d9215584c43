import { MfmError } from '@mfm/errors'
import type { BodyParts, StreamChunk, StreamPlace, Turns } from '@mfm/facts'
import { abortError } from '@mfm/facts'
import { abortable } from './abortable.ts'
import type { StreamEnding } from './stream-outcome.ts'

export interface LiveBodyOptions {
  readonly source: AsyncIterator<Uint8Array>
  /** Ends the body from outside. */
  readonly signal: AbortSignal
  /** Lets go of what gives the chunks. */
  readonly letGo: AbortController
  /** Most bytes. */
  readonly limit: number
  readonly turns: Pick<Turns, 'known'> & { part(): Promise<StreamPlace> }
  /** Milliseconds since the caller had the head. */
  readonly elapsed: () => number
  /**
   * Resolves when it is the turn of the end, which is recorded, to what a reader is told.
   *
   * @throws what nobody can be spared
   */
  readonly record: (
    chunks: readonly StreamChunk[],
    ending: StreamEnding,
  ) => Promise<MfmError | undefined>
}

/** A body that is delivered while it comes, and kept until it is recorded. It comes as fast as it is read. */
export class LiveBody implements BodyParts {
  readonly #options: LiveBodyOptions
  readonly #chunks: StreamChunk[] = []
  readonly #onAbort: () => void
  #bytes = 0
  #end: Promise<MfmError | undefined> | undefined
  #isSettled = false

  constructor(options: LiveBodyOptions) {
    const { signal } = options
    this.#options = options
    this.#onAbort = () => this.#finish({ ended: 'aborted', error: abortError(signal) })
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  chunk(): Promise<Uint8Array | undefined> | undefined {
    return this.#end === undefined ? this.#pull() : undefined
  }

  async end(): Promise<MfmError | undefined> {
    const end = async (): Promise<MfmError | undefined> => await this.#end
    // Where it ended while nobody read, it has had its turn.
    return this.#isSettled ? await this.#options.turns.known(end) : await end()
  }

  giveUp(): void {
    this.#finish({ ended: 'aborted' })
  }

  async #pull(): Promise<Uint8Array | undefined> {
    const { letGo, source, turns, elapsed } = this.#options
    try {
      const { done, value } = await abortable(letGo.signal, () => source.next())
      if (done === true) {
        this.#finish({ ended: 'complete' })
        return undefined
      }
      const bytes = this.#admit(value)
      const millis = elapsed()
      const place = await turns.part()
      if (this.#end !== undefined) return undefined
      this.#chunks.push({ bytes, millis, ...place })
      return Uint8Array.from(bytes)
    } catch (error) {
      this.#finish({ ended: 'error', error })
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

  /** The first ending is the one that counts. */
  #finish(ending: StreamEnding): void {
    if (this.#end !== undefined) return
    const { signal, record } = this.#options
    signal.removeEventListener('abort', this.#onAbort)
    this.#end = record(this.#chunks, ending).finally(() => {
      this.#isSettled = true
    })
    // Whoever reads on is told; nobody has to.
    this.#end.catch(() => undefined)
    if (ending.ended !== 'complete') this.#letGo()
  }

  #letGo(): void {
    const { letGo, source } = this.#options
    letGo.abort()
    // One that is in the middle of a step ends after it; nobody waits for that.
    const ending = async (): Promise<void> => void (await source.return?.())
    ending().catch(() => undefined)
  }
}
