import { DatabaseSync } from 'node:sqlite'
import { expectEqual } from '../harness/check.ts'
import { timed } from '../harness/interleave.ts'
import type { Pass } from '../harness/series.ts'

export interface BareWrites {
  readonly path: string
  readonly rows: number
  readonly rowsPerCommit: number
}

/** A payload of 200 bytes with its event, as the leanest of stores would keep them. */
const ROW_BYTES = 300

/** What `node:sqlite` alone does: rows appended to one table, WAL, every commit synced. */
export async function writeBareRows({ path, rows, rowsPerCommit }: BareWrites): Promise<Pass> {
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = FULL')
    expectEqual('PRAGMA synchronous', Number(firstValue(db, 'PRAGMA synchronous')), 2)
    expectEqual('PRAGMA journal_mode', String(firstValue(db, 'PRAGMA journal_mode')), 'wal')
    db.exec('CREATE TABLE log (row INTEGER PRIMARY KEY, body BLOB NOT NULL)')
    const pass = await timed(async () => append(db, rows, rowsPerCommit))
    expectEqual('rows', Number(firstValue(db, 'SELECT count(*) FROM log')), rows)
    const bytes = Number(firstValue(db, 'SELECT sum(length(body)) FROM log'))
    expectEqual('bytes', bytes, rows * ROW_BYTES)
    return pass
  } finally {
    db.close()
  }
}

function append(db: DatabaseSync, rows: number, rowsPerCommit: number): void {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const insert = db.prepare('INSERT INTO log (body) VALUES (?)')
  const commit = db.prepare('COMMIT')
  const body = Buffer.alloc(ROW_BYTES, 'x')
  if (rowsPerCommit === 1) {
    for (let row = 0; row < rows; row += 1) insert.run(body)
    return
  }
  for (let row = 0; row < rows; row += rowsPerCommit) {
    begin.run()
    for (let next = row; next < Math.min(row + rowsPerCommit, rows); next += 1) insert.run(body)
    commit.run()
  }
}

function firstValue(db: DatabaseSync, query: string): unknown {
  return Object.values(db.prepare(query).get() ?? {})[0]
}
