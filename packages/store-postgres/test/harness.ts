import { fileURLToPath } from 'node:url'
import type { Backdoor, EventDamage, Harness, OpenOptions } from '@mfm/conformance'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import pg from 'pg'
import { openPostgresStores } from '../src/index.ts'

/** Tells a child process of this one which server it uses. */
const URL_VARIABLE = 'MFM_STORE_POSTGRES_TEST_URL'
const BACKDOOR_NAME = 'backdoor'

let own: Promise<PrivateService<'postgres'>> | undefined

/** The server of this process and its children: one that may be restarted. */
async function ownServer(): Promise<PrivateService<'postgres'>> {
  own ??= privateService('postgres')
  return await own
}

async function serverUrl(): Promise<string> {
  process.env[URL_VARIABLE] ??= (await ownServer()).url
  return process.env[URL_VARIABLE]
}

async function urlVia({ via }: OpenOptions): Promise<string> {
  const url = new URL(await serverUrl())
  if (via !== undefined) {
    url.hostname = via.host
    url.port = `${via.port}`
  }
  return url.href
}

/** Runs one statement past the adapter; `$` of the text is the scope's schema. */
async function sql(
  scope: string,
  text: string,
  values: unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const connectionString = await serverUrl()
  const client = new pg.Client({ connectionString, application_name: BACKDOOR_NAME })
  await client.connect()
  try {
    const { rows } = await client.query(text.replaceAll('@', `"${scope}"`), values)
    return rows
  } finally {
    await client.end()
  }
}

/** Statements over the events of run `$1` from number `$2` on. */
const DAMAGE: Readonly<Record<EventDamage, string>> = {
  flip: `update @.events set body = overlay(body placing '~' from length(body) / 2) where run = $1 and seq = $2`,
  drop: 'delete from @.events where run = $1 and seq = $2',
  swap: `with pair as (select seq, body, digest from @.events where run = $1 and seq in ($2, $2::bigint + 1))
    update @.events as e set body = pair.body, digest = pair.digest from pair
    where e.run = $1 and e.seq in ($2, $2::bigint + 1) and pair.seq <> e.seq`,
  truncate: 'update @.events set body = left(body, length(body) - 7) where run = $1 and seq = $2',
  unlink: `update @.events set body = regexp_replace(body, '"prev":(null|"[0-9a-f]*")', '"prev":"${'0'.repeat(64)}"')
    where run = $1 and seq = $2`,
}

const backdoor: Backdoor = {
  readArtifact: async (scope, id) => {
    const [row] = await sql(scope, `select bytes from @.artifacts where id = decode($1, 'hex')`, [
      id,
    ])
    return row?.['bytes'] instanceof Uint8Array ? row['bytes'] : undefined
  },
  writeArtifact: async (scope, id, bytes) => {
    const text = `insert into @.artifacts (id, kind, bytes) values (decode($1, 'hex'), 'output', $2)
      on conflict (id) do update set bytes = excluded.bytes`
    await sql(scope, text, [id, Buffer.from(bytes)])
  },
  artifactVersion: async (scope, id) => {
    const text = `select xmin::text || ctid::text as version from @.artifacts where id = decode($1, 'hex')`
    const [row] = await sql(scope, text, [id])
    return row === undefined ? undefined : String(row['version'])
  },
  leftovers: async () => {
    const rows = await sql('', 'select gid from pg_prepared_xacts') // all else goes with its transaction
    return rows.map(({ gid }) => String(gid))
  },
  streamFingerprint: async (scope, run) => {
    const runs = 'select run, head, op_id, phase, started_at, updated_at from @.runs where run = $1'
    const events = 'select seq, body, digest from @.events where run = $1 order by seq'
    return JSON.stringify([await sql(scope, runs, [run]), await sql(scope, events, [run])])
  },
  damageEvents: async (scope, run, seq, how) => {
    await sql(scope, DAMAGE[how], [run, seq])
  },
  seedHead: async (scope, run, head) => {
    const text = `insert into @.runs (run, head, phase) values ($1, $2, 'recording')`
    await sql(scope, text, [run, head])
  },
  wipeFacts: async (scope) => {
    await sql(scope, 'truncate @.facts')
  },
  writeFact: async (scope, run, key, raw) => {
    // Columns have a type, so a foreign one is bytes that no id has.
    const bytes = raw.kind === 'text' ? Buffer.from(raw.text) : Buffer.alloc(0)
    const text = `insert into @.facts (run, key_digest, key, artifact, bound_by)
      values ($1, sha256($2), $2, $3, '') on conflict (run, key_digest) do update set artifact = excluded.artifact`
    await sql(scope, text, [run, Buffer.from(key), bytes])
  },
  factsExpire: async () => false, // no row of PostgreSQL does
  contents: async (scope) => {
    const text =
      'select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1'
    return (await sql(scope, text, [scope])).map(({ relname }) => String(relname))
  },
  connections: async () => {
    const text = `select count(*)::int as count from pg_stat_activity
      where backend_type = 'client backend' and application_name <> '${BACKDOOR_NAME}'`
    const [row] = await sql('', text)
    return Number(row?.['count'])
  },
}

const harness: Harness = {
  name: 'store-postgres',
  version: '0.0.0',
  contract: '1.x',
  ports: ['events', 'artifacts', 'facts'],
  isShared: true,
  open: async (scope, options = {}) => {
    const { payloadBytes, callMillis, signal } = options
    const limits = payloadBytes === undefined ? {} : { limits: { payloadBytes } }
    const timeout = callMillis === undefined ? {} : { callTimeoutMillis: callMillis }
    const url = await urlVia(options)
    return await openPostgresStores({ url, schema: scope, ...limits, ...timeout }, { signal })
  },
  destroy: async (scope) => {
    await sql(scope, 'drop schema if exists @ cascade')
  },
  backdoor,
  server: async () => {
    const { hostname, port } = new URL(await serverUrl())
    return { host: hostname, port: Number(port) }
  },
  restartServer: async () => {
    await (await ownServer()).restart()
  },
  module: fileURLToPath(import.meta.url),
  close: async () => {
    if (own !== undefined) await (await own).stop()
  },
  openWithCredentials: async (user, password) => {
    const url = new URL(await serverUrl())
    url.username = user
    url.password = password
    return await openPostgresStores({ url: url.href })
  },
  wrongOptions: [
    () => openPostgresStores({}),
    () => openPostgresStores({ url: 'http://localhost/mfm' }),
    () => openPostgresStores({ url: 'postgres://localhost/mfm', connection: {} }),
    () => openPostgresStores({ url: 'postgres://localhost/mfm', schema: 'pg_mine' }),
    () => openPostgresStores({ url: 'postgres://localhost/mfm', schema: 'a"b' }),
    () => openPostgresStores({ url: 'postgres://localhost/mfm', callTimeoutMillis: 0 }),
    () => openPostgresStores({ url: 'postgres://localhost/mfm', poolsize: 3 } as never),
    () => openPostgresStores({ connection: { port: '5432' } } as never),
    () => openPostgresStores({ pool: {} } as never),
  ],
}

export default harness
