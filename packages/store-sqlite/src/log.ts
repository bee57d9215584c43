import type { RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { Connection } from './connection.ts'
import { damaged } from './damage.ts'
import { Frame } from './frame.ts'

/** Frames are kept up to this size together: a replay reads the events of a run first, and then their documents. */
const KEPT_BYTES = 64 * 2 ** 20
const KEPT_FRAME_BYTES = 2 ** 16
/** How many rows are worth a {@link Log.prefetch}. */
export const PREFETCHED_ROWS = 64

/** The append-only tables. */
export class Log {
  readonly #connection: Connection
  readonly #frames: Map<number, Frame> = new Map()
  #bytes = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  lastRow(): number {
    return Number(this.#connection.value('SELECT max(row) FROM log') ?? 0)
  }

  /** Fails where the row exists. */
  insert(row: number, body: Uint8Array): void {
    this.#connection.sql('INSERT INTO log (row, body) VALUES (?, ?)').run(row, body)
  }

  /** @throws MfmError `store_corruption` */
  frame(row: number): Frame {
    const known = this.#frames.get(row)
    if (known !== undefined) return known
    const stored = this.#connection.sql('SELECT body FROM log WHERE row = ?').get(row)
    const frame = new Frame(row, stored?.['body'])
    this.#keep(frame)
    return frame
  }

  /** The frame where it is at hand. */
  kept(row: number): Frame | undefined {
    return this.#frames.get(row)
  }

  /** Reads at once what is about to be asked for row by row, where the rows lie close together. */
  prefetch(rows: readonly number[]): void {
    const missing = rows.filter((row) => !this.#frames.has(row))
    const [first = 0, last = 0] = [missing[0], missing.at(-1)]
    if (missing.length < 2 || last - first >= missing.length * 2) return
    const stored = this.#connection
      .sql('SELECT row, body FROM log WHERE row BETWEEN ? AND ? AND length(body) <= ?')
      .all(first, last, KEPT_FRAME_BYTES)
    for (const { row, body } of stored) this.#keepWhole(Number(row), body)
  }

  /** The file may not be what it was when it was read. */
  forget(): void {
    this.#frames.clear()
    this.#bytes = 0
  }

  /** A damaged one is reported when it is asked for. */
  #keepWhole(row: number, body: unknown): void {
    try {
      this.#keep(new Frame(row, body))
    } catch (error) {
      if (!hasCode(error, 'store_corruption')) throw error
    }
  }

  #keep(frame: Frame): void {
    if (frame.bytes > KEPT_FRAME_BYTES) return
    if (this.#bytes > KEPT_BYTES) this.forget()
    this.#frames.set(frame.row, frame)
    this.#bytes += frame.bytes
  }

  /** All frames after a row. A gap is damage, since a frame is valid in its own row only. */
  *framesAfter(row: number): Generator<Frame> {
    const stored = this.#connection.sql('SELECT body FROM log WHERE row > ? ORDER BY row')
    let expected = row + 1
    for (const next of stored.iterate(row)) {
      yield new Frame(expected, next['body'])
      expected++
    }
  }

  /** Frames of a run from one on, each the one that the next names as its chain. */
  chain(runId: RunId, from: number, limit: number): Frame[] {
    const frames: Frame[] = []
    for (let row = from; row > 0 && frames.length < limit; ) {
      const frame = this.frame(row)
      if (frame.run !== runId || frame.chain >= row)
        throw damaged('log', row, 'is not in the chain')
      frames.push(frame)
      row = frame.chain
    }
    return frames
  }

  insertLarge(row: number, bytes: Uint8Array): void {
    this.#connection.sql('INSERT INTO large (row, body) VALUES (?, ?)').run(row, bytes)
  }

  /** As stored: whoever reads them hashes them. */
  large(row: number): Uint8Array | undefined {
    const stored = this.#connection.sql('SELECT body FROM large WHERE row = ?').get(row)
    const body = stored?.['body']
    return body instanceof Uint8Array ? body : undefined
  }
}
