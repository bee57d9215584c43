import type { Durability, StoreDescription } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { Call } from './call.ts'
import type { Database } from './database.ts'
import type { Column } from './statement.ts'
import { query } from './statement.ts'

/** The first release whose `sha256` and whose inlining of subqueries are relied upon. */
const OLDEST_VERSION = 120_000

interface SettingsRow {
  readonly version: Column
  readonly release: Column
  readonly encoding: Column
  readonly in_recovery: Column
  readonly fsync: Column
  readonly synchronous_commit: Column
  readonly standbys: Column
}

const SETTINGS = query<SettingsRow>(`
  select current_setting('server_version_num') as version,
    current_setting('server_version') as release,
    current_setting('server_encoding') as encoding,
    pg_is_in_recovery() as in_recovery,
    current_setting('fsync') as fsync,
    current_setting('synchronous_commit') as synchronous_commit,
    current_setting('synchronous_standby_names') as standbys`)

export type ServerFacts = Required<Pick<StoreDescription, 'product' | 'durability'>>

/**
 * What the server is, and what its settings make of a commit.
 *
 * @throws MfmError `store_unsuitable` where they break what the store promises; `store_unavailable` of a standby
 */
export async function requireSuitable(database: Database, call: Call): Promise<ServerFacts> {
  const { rows } = await database.run(call, SETTINGS, [])
  const [row] = rows
  if (row === undefined) throw new MfmError('store_failed')
  const commit = row.synchronous_commit
  if (Number(row.version) < OLDEST_VERSION) {
    throw unsuitable('the server is older than PostgreSQL 12', { serverVersion: row.version })
  }
  if (row.encoding !== 'UTF8') {
    throw unsuitable('the database does not keep text as UTF-8', { serverEncoding: row.encoding })
  }
  if (commit === 'off') {
    const problem = 'synchronous_commit is off, so a commit that was confirmed may be lost'
    throw unsuitable(problem, { synchronousCommit: commit })
  }
  if (row.in_recovery === 't') {
    throw new MfmError('store_unavailable', {
      message: 'the server is a standby: it takes no writes, and its reads may be old',
      details: { standby: true },
    })
  }
  return {
    // Debian and others put their own version behind it.
    product: `PostgreSQL ${String(row.release).split(' ', 1)[0]}`,
    durability: durabilityOf(row),
  }
}

function durabilityOf({ fsync, standbys, synchronous_commit }: SettingsRow): Durability {
  if (fsync !== 'on') return 'process'
  return standbys !== '' && synchronous_commit !== 'local' ? 'replicated' : 'disk'
}

function unsuitable(message: string, details: { readonly [name: string]: Column }): MfmError {
  return new MfmError('store_unsuitable', { message, details })
}
