import type { StatementSync } from 'node:sqlite'
import { DatabaseSync } from 'node:sqlite'

export interface ConnectionOptions {
  readonly path: string
  readonly readOnly: boolean
}

/** How long SQLite itself waits for a lock (ms) before it answers; waiting longer is done without blocking. */
const LOCK_WAIT_MILLIS = 5
/** Pages that SQLite keeps in memory, as KiB. */
const CACHE_KIB = 16_384

/**
 * The write-ahead log is taken into the file at this many pages. It is written from its start again then: the first
 * commits of a process, which make it longer, wait for the disk half as long again as those that do not.
 */
const LOG_PAGES = 300

/** One SQLite handle with its prepared statements. */
export class Connection {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor({ path, readOnly }: ConnectionOptions) {
    this.#db = new DatabaseSync(path, { readOnly })
    this.#db.exec(`PRAGMA busy_timeout = ${LOCK_WAIT_MILLIS}`)
    this.#db.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
    this.#db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`)
    this.#db.exec('PRAGMA cell_size_check = ON')
    this.#db.exec('PRAGMA trusted_schema = OFF')
  }

  /** The statement for a text, prepared once. Texts are constants of this package. */
  sql(text: string): StatementSync {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    const statement = this.#db.prepare(text)
    this.#statements.set(text, statement)
    return statement
  }

  /** Runs statements that are needed once. */
  exec(text: string): void {
    this.#db.exec(text)
  }

  /** The first column of the first row. */
  value(text: string): unknown {
    const row = this.sql(text).get()
    return row === undefined ? undefined : Object.values(row)[0]
  }

  close(): void {
    this.#statements.clear()
    this.#db.close()
  }
}
