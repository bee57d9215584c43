import { MfmError } from '@mfm/errors'
import type { Connection } from './connection.ts'
import { damaged } from './damage.ts'
import { firstState, writeState } from './index-state.ts'

/** `mfm1` in ASCII: marks the file as a store of this package. */
const APPLICATION_ID = 0x6d_66_6d_31

/** Every table as the newest schema has it, in the words that SQLite keeps. */
const TABLES: ReadonlyMap<string, string> = new Map([
  // The truth: append-only. Everything below but `large` is derived from it.
  ['log', 'CREATE TABLE log (row INTEGER PRIMARY KEY, body BLOB NOT NULL)'],
  // Documents that are too long to stand in the log, under the row that names them.
  ['large', 'CREATE TABLE large (row INTEGER PRIMARY KEY, body BLOB NOT NULL)'],
  // How far the derived tables have come.
  ['state', 'CREATE TABLE state (id INTEGER PRIMARY KEY, body BLOB NOT NULL)'],
  // Runs in the order of their first event, and where their events are.
  ['runs', 'CREATE TABLE runs (ordinal INTEGER PRIMARY KEY, body BLOB NOT NULL)'],
  [
    'run_rows',
    'CREATE TABLE run_rows (ordinal INTEGER, seq INTEGER, body BLOB NOT NULL, PRIMARY KEY (ordinal, seq)) WITHOUT ROWID',
  ],
  // From digests and keys to rows.
  ['chunk', 'CREATE TABLE chunk (id INTEGER PRIMARY KEY, body BLOB NOT NULL)'],
])

/** The step at index n takes a file from version n to n + 1. Steps are never changed once released. */
const MIGRATIONS: readonly ((connection: Connection) => void)[] = [
  (connection) => {
    for (const create of TABLES.values()) connection.exec(create)
    writeState(connection, firstState())
  },
]

const SCHEMA_VERSION: number = MIGRATIONS.length

/**
 * Makes sure that the file is a store of this package at the newest schema; an empty file becomes one. A foreign
 * file is not touched.
 *
 * @throws MfmError `store_schema_unsupported`; `store_corruption` where a table is not as it was made
 */
export function prepareSchema(connection: Connection, readOnly: boolean): void {
  if (versionOf(connection) < SCHEMA_VERSION) {
    if (readOnly)
      throw unsupported(connection, 'its schema is older and the file is opened read-only')
    migrate(connection)
  }
  for (const [name, expected] of TABLES) {
    const stored = connection.sql('SELECT sql FROM sqlite_schema WHERE name = ?').get(name)
    if (stored?.['sql'] !== expected) throw damaged('sqlite_schema', 0, `does not define ${name}`)
  }
}

function migrate(connection: Connection): void {
  // The mode is a property of the file and cannot be set within a transaction.
  connection.exec('PRAGMA journal_mode = WAL')
  // Where a step fails, the handle is closed, which rolls back.
  connection.exec('BEGIN IMMEDIATE')
  // Read again under the lock: another process may have been first.
  for (const step of MIGRATIONS.slice(versionOf(connection))) step(connection)
  connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  connection.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
  connection.exec('COMMIT')
}

/** The schema version of the file; 0 for an empty one. */
function versionOf(connection: Connection): number {
  const version = Number(connection.value('PRAGMA user_version'))
  const application = connection.value('PRAGMA application_id')
  const objects = connection.value('SELECT count(*) FROM sqlite_schema')
  if (application === 0 && version === 0 && objects === 0) return 0
  if (application !== APPLICATION_ID) throw unsupported(connection, 'it belongs to another program')
  if (version > SCHEMA_VERSION) throw unsupported(connection, 'a newer release wrote it')
  if (version < 1) throw unsupported(connection, 'it has no schema version')
  return version
}

function unsupported(connection: Connection, problem: string): MfmError {
  const schemaVersion = Number(connection.value('PRAGMA user_version'))
  return new MfmError('store_schema_unsupported', {
    message: `the SQLite file is not a store that can be opened here: ${problem}`,
    details: { schemaVersion, supportedVersion: SCHEMA_VERSION },
  })
}
