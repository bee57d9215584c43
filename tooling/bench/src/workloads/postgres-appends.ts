import { randomUUID } from 'node:crypto'
import { canonicalize, sha256 } from '@mfm/canonical-json'
import type { Digest, EventEnvelope, RunEvent, RunId } from '@mfm/core-types'
import { service, stopServices } from '@mfm/services'
import type { PostgresStores } from '@mfm/store-postgres'
import { openPostgresStores } from '@mfm/store-postgres'
import { Pool } from 'pg'
import { expectEqual } from '../harness/check.ts'
import type { Side } from '../harness/interleave.ts'
import { timed } from '../harness/interleave.ts'

/** A real server, reached by `pg` as it comes and by the store. */
export interface PostgresGround extends AsyncDisposable {
  readonly bare: Pool
  readonly stores: PostgresStores
}

export async function openPostgresGround(): Promise<PostgresGround> {
  const { url } = await service('postgres')
  const bare = new Pool({ connectionString: url, max: 1 })
  await bare.query(`
    create table bare_runs (run uuid primary key, head bigint not null) with (fillfactor = 50);
    create table bare_events (
      run uuid not null, seq bigint not null, body text collate "C" not null, digest bytea not null,
      primary key (run, seq));`)
  const stores = await openPostgresStores({ url })
  const dispose = async (): Promise<void> => {
    await stores.close()
    await bare.end()
    await stopServices()
  }
  return { bare, stores, [Symbol.asyncDispose]: dispose }
}

/** Appends events from a head on. */
type Append = (run: RunId, head: number, events: readonly EventEnvelope[]) => Promise<void>

const INSERT = `insert into bare_events
  select $1::uuid, * from unnest($2::bigint[], $3::text[], $4::bytea[])`
const FENCED = `with moved as (
  insert into bare_runs values ($1::uuid, $5::bigint + cardinality($2::bigint[]))
  on conflict (run) do update set head = excluded.head where bare_runs.head = $5::bigint
  returning run)
  insert into bare_events
  select moved.run, row.* from moved, unnest($2::bigint[], $3::text[], $4::bytea[]) as row`

/** Rows with the same columns, and nothing that keeps two writers apart. */
export function bareInsert({ bare }: PostgresGround): Append {
  return async (run, _, events) => {
    const values = [run, ...columns(events)]
    const { rowCount } = await bare.query({ name: 'insert', text: INSERT, values })
    expectEqual('rows', rowCount ?? 0, events.length)
  }
}

/** The same rows behind a head that has to be as expected: the least that an append is. */
export function bareFenced({ bare }: PostgresGround): Append {
  return async (run, head, events) => {
    const values = [run, ...columns(events), head]
    const { rowCount } = await bare.query({ name: 'fenced', text: FENCED, values })
    expectEqual('rows', rowCount ?? 0, events.length)
  }
}

function columns(events: readonly EventEnvelope[]): [number[], string[], Buffer[]] {
  const texts = events.map((envelope) => JSON.stringify(envelope))
  return [
    events.map(({ seq }) => seq),
    texts,
    texts.map((text) => Buffer.from(sha256(text), 'hex')),
  ]
}

export function ourAppend({ stores }: PostgresGround): Append {
  return async (run, head, events) => {
    await stores.events.append(run, head, events)
  }
}

/** Events of a new run, `batch` at a time; afterwards they are counted. */
export function appendSide(
  { count, batch }: { readonly count: number; readonly batch: number },
  append: Append,
  countOf: (run: RunId) => Promise<number>,
): Side {
  return {
    units: count,
    pass: async () => {
      const run = randomUUID() as RunId // a UUID is one
      const events = sampleEvents(run, count)
      const pass = await timed(async () => {
        for (let head = 0; head < count; head += batch) {
          await append(run, head, events.slice(head, head + batch))
        }
      })
      expectEqual('events', await countOf(run), count)
      return pass
    },
  }
}

export async function countBare({ bare }: PostgresGround, run: RunId): Promise<number> {
  const { rows } = await bare.query('select count(*)::int as n from bare_events where run = $1', [
    run,
  ])
  return Number(rows[0]?.n)
}

function sampleEvents(runId: RunId, count: number): EventEnvelope[] {
  let prev: Digest | null = null
  return Array.from({ length: count }, (_, index) => {
    const payload = { n: index, text: 'x'.repeat(200) }
    const event: RunEvent = {
      type: 'domain',
      v: 1,
      name: 'measured',
      payload,
      payloadRef: null,
      stateId: null,
      attempt: null,
    }
    const envelope: EventEnvelope = { runId, seq: index + 1, tsMillis: null, prev, event }
    prev = sha256(canonicalize(envelope))
    return envelope
  })
}
