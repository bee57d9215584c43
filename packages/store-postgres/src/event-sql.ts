import { sha256 } from '@mfm/canonical-json'
import { quoted } from './schema.ts'
import type { Column, Statement } from './statement.ts'
import { change, query } from './statement.ts'

/** A page of events ends at this many, */
const PAGE_EVENTS = 1000
/** or at the event with which it reaches this size. */
const PAGE_BYTES = 2 ** 21
/** For how long a watch asks for notifications at a time; see {@link WATCH_RENEWAL_MILLIS}. */
const WATCH_SECONDS = 60
/** How often it asks again. */
export const WATCH_RENEWAL_MILLIS = 20_000

export interface PageRow {
  readonly head: Column
  /** `null` where the range holds nothing. */
  readonly seq: Column
  readonly body: Column
  readonly digest: Column
}

interface DigestRow {
  readonly digest: Column
}

interface HeadRow {
  readonly head: Column
}

/** Statements that append; each concerns as many rows as it has events, or none where its fence refused. */
interface AppendStatements {
  /** The first events of a run. */
  readonly begin: Statement<never>
  /** More events of a run. */
  readonly append: Statement<never>
}

/** The statements of the event store of one schema. */
export interface EventStatements {
  /** For one event, which most appends have: without arrays a statement costs the server a sixth less. */
  readonly single: AppendStatements
  readonly many: AppendStatements
  readonly head: Statement<HeadRow>
  readonly page: Statement<PageRow>
  readonly digests: Statement<DigestRow>
  readonly watch: Statement<{ readonly run: Column }>
}

export interface Fence {
  /** Whether the run is not there yet. */
  readonly isFirst: boolean
  /** How many events: an expression. */
  readonly count: string
  /** What else must hold: a condition. */
  readonly guard: string
}

const COUNT_OF_MANY = 'cardinality($3::text[])'

/**
 * The part of a statement that moves a run's head from `$2` on, and gives a row only where it was there: the fence that
 * two writers meet at. `$5` to `$8` are what a list says of the run.
 *
 * It sends a notification for a watched run alone: a commit with one waits for a lock that the whole server shares.
 */
export function fence(
  schema: string,
  { isFirst, count = COUNT_OF_MANY, guard = 'true' }: Partial<Fence>,
): string {
  const runs = `${quoted(schema)}.runs`
  if (isFirst) {
    return `
      insert into ${runs} (run, head, op_id, phase, updated_at, started_at)
      select $1::uuid, ${count}, $5::text, $6::text, $7::bigint, $8::bigint where ${guard}
      on conflict do nothing
      returning run`
  }
  return `
      update ${runs} set head = head + ${count},
        op_id = coalesce($5::text, op_id), phase = coalesce($6::text, phase),
        updated_at = coalesce($7::bigint, updated_at)
      where run = $1::uuid and head = $2::bigint and ${guard}
      returning run, case when watched_until > now() then pg_notify('${channelOf(schema)}', run::text) end`
}

/** The part that writes the events, where the part named `fence` gives a row. */
export function putEvents(schema: string): string {
  return `
      insert into ${quoted(schema)}.events (run, seq, body, digest)
      select run, $2::bigint + number, body, digest
      from fence, unnest($3::text[], $4::bytea[]) with ordinality as given (body, digest, number)`
}

function putOneEvent(schema: string): string {
  return `
      insert into ${quoted(schema)}.events (run, seq, body, digest)
      select run, $2::bigint + 1, $3::text, $4::bytea from fence`
}

/** The channel on which a schema's events are told of. */
export function channelOf(schema: string): string {
  return `mfm_${sha256(schema).slice(0, 32)}`
}

export function eventStatements(schema: string): EventStatements {
  const [runs, events] = [`${quoted(schema)}.runs`, `${quoted(schema)}.events`]
  const single = (isFirst: boolean): Statement<never> =>
    change(`with fence as (${fence(schema, { isFirst, count: '1' })}
    ) ${putOneEvent(schema)}`)
  const many = (isFirst: boolean): Statement<never> =>
    change(`with fence as (${fence(schema, { isFirst })}
    ) ${putEvents(schema)}`)
  return {
    single: { begin: single(true), append: single(false) },
    many: { begin: many(true), append: many(false) },
    head: query(`select head from ${runs} where run = $1`),
    // One statement sees one state: the head, and every event up to it.
    page: query(`
      select head, seq, body, digest from ${runs} as r left join lateral (
        select seq, body, digest from (
          select seq, body, digest,
            sum(octet_length(body)) over (order by seq) - octet_length(body) as bytes_before
          from ${events} where run = r.run and seq between $2 and $3 order by seq limit ${PAGE_EVENTS}
        ) as found where bytes_before < ${PAGE_BYTES}
      ) as e on true
      where r.run = $1 order by seq`),
    digests: query(
      `select digest from ${events} where run = $1 and seq > $2 and seq <= $3 order by seq`,
    ),
    watch: query(
      `update ${runs} set watched_until = now() + interval '${WATCH_SECONDS} seconds' where run = $1
      returning run`,
    ),
  }
}
