import { randomUUID } from 'node:crypto'
import type { Connection } from './connection.ts'
import type { Segment } from './lookup-table.ts'
import { SEAL_BYTES, seal, unseal } from './sealed.ts'

/** How far the derived tables have come, and what they must hold. */
export interface IndexState {
  /** Last row of the log that they know. */
  readonly row: number
  /** How many runs have an event. */
  readonly runs: number
  readonly segments: readonly Segment[]
  /** Random text that makes page cursors of this store its own. */
  readonly secret: string
}

/** The state of tables that are empty. */
export function firstState(): IndexState {
  return { row: 0, runs: 0, segments: [], secret: randomUUID() }
}

/** @throws MfmError `store_corruption` */
export function readState(connection: Connection): IndexState {
  const stored = connection.sql('SELECT body FROM state WHERE id = 1').get()
  const text = unseal('state', 1, stored?.['body']).toString('utf8', SEAL_BYTES)
  return JSON.parse(text) as IndexState // written by writeState, and unchanged: the seal says so
}

export function writeState(connection: Connection, state: IndexState): void {
  const body = Buffer.concat([Buffer.alloc(SEAL_BYTES), Buffer.from(JSON.stringify(state))])
  connection
    .sql('INSERT OR REPLACE INTO state (id, body) VALUES (1, ?)')
    .run(seal('state', 1, body))
}
