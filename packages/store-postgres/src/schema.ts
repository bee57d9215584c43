import { randomUUID } from 'node:crypto'
import { sha256 } from '@mfm/canonical-json'
import { MfmError } from '@mfm/errors'
import type { PoolClient } from 'pg'
import type { Call } from './call.ts'
import type { Database } from './database.ts'
import { BINDING_CONSTRAINT, EVENT_CONSTRAINT } from './postgres-error.ts'
import type { Column } from './statement.ts'
import { PLAIN_TEXT, query } from './statement.ts'

/** What the schema says of itself. */
export interface SchemaState {
  /** Proves the cursors of this store. */
  readonly secret: string
}

interface StateRow {
  readonly version: Column
  readonly secret: Column
}

/** The step at index n takes a schema from version n to n + 1. Steps are never changed once released. */
const MIGRATIONS: readonly ((schema: string) => string)[] = [
  // Text in the order of its bytes: every other collation may change with the system's libraries. Room on the pages
  // of `runs` keeps its updates beside the rows that they replace, and out of the indexes.
  (schema) => `
    create table ${schema}.runs (
      run uuid primary key,
      ordinal bigint generated always as identity unique,
      head bigint not null,
      op_id text collate "C",
      phase text collate "C" not null,
      started_at bigint,
      updated_at bigint,
      watched_until timestamptz
    ) with (fillfactor = 50);
    create index runs_by_phase on ${schema}.runs (phase, ordinal);
    create index runs_by_op on ${schema}.runs (op_id, ordinal);
    create table ${schema}.events (
      run uuid not null,
      seq bigint not null,
      body text collate "C" not null,
      digest bytea not null,
      constraint ${EVENT_CONSTRAINT} primary key (run, seq)
    );
    create table ${schema}.artifacts (
      id bytea primary key,
      kind text collate "C" not null,
      bytes bytea not null
    );
    create table ${schema}.facts (
      run uuid not null,
      key_digest bytea not null,
      key bytea not null,
      artifact bytea not null,
      bound_by bytea not null,
      constraint ${BINDING_CONSTRAINT} primary key (run, key_digest)
    );`,
]

const SCHEMA_VERSION: number = MIGRATIONS.length

/**
 * Makes sure that the schema is a store of this package at the newest version; a missing one is made.
 *
 * @throws MfmError `store_schema_unsupported`
 */
export async function prepareSchema(
  database: Database,
  call: Call,
  name: string,
): Promise<SchemaState> {
  const state = await readState(database, call, name)
  if (state !== undefined && requireKnown(name, state) === SCHEMA_VERSION) return state
  await database.session(call, (client) => migrate(client, name))
  const made = await readState(database, call, name)
  if (made === undefined) throw unsupported(name, null, 'its version is missing')
  return made
}

type StoredState = SchemaState & { readonly version: number }

async function readState(
  database: Database,
  call: Call,
  name: string,
): Promise<StoredState | undefined> {
  const isThere = query<{ found: Column }>('select to_regclass($1) is not null as found')
  const { rows: found } = await database.run(call, isThere, [`${quoted(name)}.mfm_store`])
  if (found[0]?.found !== 't') return undefined
  const { rows } = await database.run(call, query<StateRow>(selectState(name)), [])
  return stateOf(rows)
}

function selectState(name: string): string {
  return `select version, secret from ${quoted(name)}.mfm_store`
}

function stateOf([row]: readonly StateRow[]): StoredState | undefined {
  if (row === undefined) return undefined
  return { version: Number(row.version), secret: row.secret ?? '' }
}

async function migrate(client: PoolClient, name: string): Promise<void> {
  const schema = quoted(name)
  await client.query('begin isolation level read committed')
  // Others that open the same schema wait here, and find it made.
  await client.query(`select pg_advisory_xact_lock(${lockOf(name)})`)
  await client.query(`create schema if not exists ${schema}`)
  await client.query(
    `create table if not exists ${schema}.mfm_store (version int not null, secret text not null)`,
  )
  const { rows } = await client.query<StateRow>({
    text: selectState(name),
    types: PLAIN_TEXT,
  })
  const state = stateOf(rows)
  const version = state === undefined ? 0 : requireKnown(name, state)
  for (const step of MIGRATIONS.slice(version)) await applyStep(client, name, step(schema))
  if (state === undefined) {
    const insert = `insert into ${schema}.mfm_store (version, secret) values ($1, $2)`
    await client.query(insert, [SCHEMA_VERSION, randomUUID()])
  } else await client.query(`update ${schema}.mfm_store set version = $1`, [SCHEMA_VERSION])
  await client.query('commit')
}

/** SQLSTATE of a relation that is there already. */
const DUPLICATE_TABLE = '42P07'

async function applyStep(client: PoolClient, name: string, step: string): Promise<void> {
  try {
    await client.query(step)
  } catch (error) {
    if (Object(error).code !== DUPLICATE_TABLE) throw error
    throw unsupported(name, null, 'it holds tables of another program', error)
  }
}

/** The version of a schema that this release can use or bring up to date. */
function requireKnown(name: string, { version }: StoredState): number {
  if (version > SCHEMA_VERSION) throw unsupported(name, version, 'a newer release wrote it')
  if (!(version >= 1)) throw unsupported(name, null, 'it has no schema version')
  return version
}

function unsupported(
  name: string,
  schemaVersion: number | null,
  problem: string,
  cause?: unknown,
): MfmError {
  return new MfmError('store_schema_unsupported', {
    message: `the schema ${name} is not a store that can be opened here: ${problem}`,
    details: { schema: name, schemaVersion, supportedVersion: SCHEMA_VERSION },
    cause,
  })
}

/** The key of an advisory lock: 64 bits with a sign. */
function lockOf(name: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${sha256(`mfm schema ${name}`).slice(0, 16)}`))
}

/** The name of a schema as it stands in a statement. Names hold no quotes. */
export function quoted(name: string): string {
  return `"${name}"`
}
