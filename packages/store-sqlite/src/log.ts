import type { RunId } from '@mfm/core-types'
import type { Connection } from './connection.ts'
import { damaged } from './damage.ts'
import { Frame } from './frame.ts'

/** The append-only tables. */
export class Log {
  readonly #connection: Connection

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
    const stored = this.#connection.sql('SELECT body FROM log WHERE row = ?').get(row)
    return new Frame(row, stored?.['body'])
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
