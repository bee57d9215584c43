import { styleText } from 'node:util'
import type { Paint } from '../render/paint.ts'
import { STYLES } from '../render/paint.ts'

/** A reader that went away, such as `head`, ends the output and nothing else. */
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'])

/** Standard output: data, and nothing but data. */
export class DataStream {
  readonly #stream: NodeJS.WriteStream
  #closed = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    // Without a listener a broken pipe would end the process; what matters is told to the writer.
    stream.on('error', () => undefined)
  }

  /** Whether nothing is written any more: the reader has gone, or the command was given up. */
  get closed(): boolean {
    return this.#closed
  }

  get paint(): Paint {
    return paintFor(this.#stream)
  }

  /** Columns of the terminal; `undefined` where there is none. */
  get columns(): number | undefined {
    return this.#stream.isTTY ? widthOf(this.#stream) : undefined
  }

  /** Drops whatever is written from now on: the command was given up while it was at work. */
  close(): void {
    this.#closed = true
  }

  /** Resolves when the data was taken, so a slow reader slows the writer. */
  async write(data: string | Uint8Array): Promise<void> {
    if (this.#closed || data.length === 0) return
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(data, (error) => {
        if (error && !isGone(error)) return reject(error)
        if (error) this.#closed = true
        resolve()
      })
    })
  }
}

/** Standard error: everything that is not data. Nothing depends on whether anybody reads it. */
export class NoteStream {
  readonly #stream: NodeJS.WriteStream

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    stream.on('error', () => undefined)
  }

  get paint(): Paint {
    return paintFor(this.#stream)
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true
  }

  get columns(): number {
    return widthOf(this.#stream) ?? 80
  }

  line(text: string): void {
    this.raw(`${text}\n`)
  }

  raw(text: string): void {
    this.#stream.write(text)
  }

  async flush(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.write('', () => resolve())
    })
  }
}

/** Colours as NO_COLOR, FORCE_COLOR, TERM and the stream allow them. */
function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(STYLES[style], text, { stream })
}

/** A terminal that does not know its width says 0. */
function widthOf({ columns }: NodeJS.WriteStream): number | undefined {
  return columns > 0 ? columns : undefined
}

function isGone(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && GONE.has(error.code)
}
