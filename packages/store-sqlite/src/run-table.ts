import type { RunSummary } from '@mfm/core-types'
import type { Connection } from './connection.ts'
import { damaged } from './damage.ts'
import { INTEGER_BYTES } from './frame-writer.ts'
import { SEAL_BYTES, seal, unseal } from './sealed.ts'
import type { EventPlace } from './tail.ts'

const PLACE_BYTES = 2 * INTEGER_BYTES
const PLACES_PER_ROW = 256
/** How many places are given at once. */
const READ_PLACES = 64

/** The stored part of what is known of each run: its summary by ordinal, and the places of its events. */
export class RunTable {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  summary(ordinal: number): RunSummary {
    const stored = this.#connection.sql('SELECT body FROM runs WHERE ordinal = ?').get(ordinal)
    return decodeSummary(ordinal, stored?.['body'])
  }

  /** Summaries by ordinal, from one down, at most `limit`. */
  summaries(from: number, limit: number): Map<number, RunSummary> {
    const rows = this.#connection
      .sql('SELECT ordinal, body FROM runs WHERE ordinal <= ? ORDER BY ordinal DESC LIMIT ?')
      .all(from, limit)
    return new Map(
      rows.map((row) => {
        const ordinal = Number(row['ordinal'])
        return [ordinal, decodeSummary(ordinal, row['body'])]
      }),
    )
  }

  putSummary(ordinal: number, summary: RunSummary): void {
    const text = Buffer.from(JSON.stringify(summary))
    const body = Buffer.concat([Buffer.alloc(SEAL_BYTES), text])
    this.#connection
      .sql('INSERT OR REPLACE INTO runs (ordinal, body) VALUES (?, ?)')
      .run(ordinal, seal('runs', ordinal, body))
  }

  /** Some of the places of a run, from the one that holds `seq` on; at least one. */
  places(ordinal: number, seq: number): EventPlace[] {
    const stored = this.#connection
      .sql(
        'SELECT seq, body FROM run_rows WHERE ordinal = ? AND seq <= ? ORDER BY seq DESC LIMIT 1',
      )
      .get(ordinal, seq)
    if (stored === undefined) throw damaged('run_rows', ordinal, `has no place for event ${seq}`)
    const body = unseal('run_rows', ordinal + Number(stored['seq']), stored['body'])
    return readPlaces(body, seq)
  }

  putPlaces(ordinal: number, places: readonly EventPlace[]): void {
    const put = this.#connection.sql('INSERT INTO run_rows (ordinal, seq, body) VALUES (?, ?, ?)')
    for (let index = 0; index < places.length; index += PLACES_PER_ROW) {
      const part = places.slice(index, index + PLACES_PER_ROW)
      const body = Buffer.allocUnsafe(SEAL_BYTES + part.length * PLACE_BYTES)
      let at = SEAL_BYTES
      for (const { seq, row } of part) {
        at = body.writeUIntBE(seq, at, INTEGER_BYTES)
        at = body.writeUIntBE(row, at, INTEGER_BYTES)
      }
      const first = part[0]?.seq ?? 0
      put.run(ordinal, first, seal('run_rows', ordinal + first, body))
    }
  }
}

function readPlaces(body: Buffer, seq: number): EventPlace[] {
  let at = SEAL_BYTES
  const nextSeq = (): number => body.readUIntBE(at + PLACE_BYTES, INTEGER_BYTES)
  while (at + PLACE_BYTES < body.length && nextSeq() <= seq) at += PLACE_BYTES
  const places: EventPlace[] = []
  for (; at < body.length && places.length < READ_PLACES; at += PLACE_BYTES) {
    places.push({
      seq: body.readUIntBE(at, INTEGER_BYTES),
      row: body.readUIntBE(at + INTEGER_BYTES, INTEGER_BYTES),
    })
  }
  return places
}

function decodeSummary(ordinal: number, stored: unknown): RunSummary {
  const text = unseal('runs', ordinal, stored).toString('utf8', SEAL_BYTES)
  return JSON.parse(text) as RunSummary // written by putSummary, and unchanged: the seal says so
}
