import { MfmError } from '@mfm/errors'

export interface StreamLimits {
  /** Most bytes, counted after decoding. */
  readonly maxBodyBytes: number
  /** Most time for one chunk. */
  readonly deadline: Deadline
  /** What the reader is told of an error. */
  readonly failure: (error: unknown) => unknown
}

/** The bytes of a body as they come, without their content encoding. Leaving it frees the connection. */
export async function* streamBody(
  { body }: Response,
  { maxBodyBytes, deadline, failure }: StreamLimits,
): AsyncGenerator<Uint8Array, undefined> {
  if (body === null) return
  let length = 0
  try {
    deadline.start()
    for await (const chunk of body) {
      deadline.stop()
      length += chunk.byteLength
      if (length > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
      yield chunk
      deadline.start()
    }
  } catch (error) {
    throw failure(error)
  } finally {
    deadline.stop()
  }
}

export function bodyTooLarge(maxBodyBytes: number): MfmError {
  return new MfmError('http_body_too_large', {
    message: `the body of the answer is larger than ${maxBodyBytes} bytes`,
    details: { maxBodyBytes },
  })
}

/** Aborts its signal where something takes too long. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #millis: number
  #timer: NodeJS.Timeout | undefined

  constructor(millis: number) {
    this.#millis = millis
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  start(): void {
    this.stop()
    this.#timer = setTimeout(() => this.#controller.abort(), this.#millis)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
