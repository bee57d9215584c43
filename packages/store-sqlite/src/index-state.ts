import type { Connection } from './connection.ts'
import { INTEGER_BYTES } from './frame-writer.ts'
import { SEAL_BYTES, seal, unseal } from './sealed.ts'

/** How far the derived tables have come, and how large they must be. */
export interface IndexState {
  /** Last row of the log that they know. */
  readonly row: number
  readonly runs: number
  readonly buckets: number
  readonly entries: number
}

export const EMPTY_STATE: IndexState = { row: 0, runs: 0, buckets: 0, entries: 0 }

/** @throws MfmError `store_corruption` */
export function readState(connection: Connection): IndexState {
  const stored = connection.sql('SELECT body FROM state WHERE id = 1').get()
  const body = unseal('state', 1, stored?.['body'])
  const [row = 0, runs = 0, buckets = 0, entries = 0] = Array.from({ length: 4 }, (_, index) =>
    body.readUIntBE(SEAL_BYTES + index * INTEGER_BYTES, INTEGER_BYTES),
  )
  return { row, runs, buckets, entries }
}

export function writeState(connection: Connection, state: IndexState): void {
  const body = Buffer.alloc(SEAL_BYTES + 4 * INTEGER_BYTES)
  let at = SEAL_BYTES
  for (const value of [state.row, state.runs, state.buckets, state.entries]) {
    at = body.writeUIntBE(value, at, INTEGER_BYTES)
  }
  connection
    .sql('INSERT OR REPLACE INTO state (id, body) VALUES (1, ?)')
    .run(seal('state', 1, body))
}
