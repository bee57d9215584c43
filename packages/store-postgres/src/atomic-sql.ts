import { fence, putEvents } from './event-sql.ts'
import { quoted } from './schema.ts'
import type { Statement } from './statement.ts'
import { change } from './statement.ts'

/** Statements that write events, artifacts and bindings at once; each gives a row where it did. */
export interface AtomicStatements {
  /** The first events of a run. */
  readonly begin: Statement<unknown>
  /** More events of a run, or none. */
  readonly append: Statement<unknown>
  /** No events, for a run that has none yet. */
  readonly precede: Statement<unknown>
}

/**
 * `$1` to `$8` as for events alone, then the artifacts' ids, kinds and bytes, then the bindings' key digests, keys and
 * artifacts, then what marks them as this call's.
 */
export function atomicStatements(schema: string): AtomicStatements {
  const runs = `${quoted(schema)}.runs`
  const parts = (theFence: string, first: number): string => {
    const [ids, kinds, bytes, digests, keys, targets, token] = [0, 1, 2, 3, 4, 5, 6].map(
      (index) => `$${first + index}`,
    )
    // A binding that this statement does not see, because it was made meanwhile, violates the key: everything is
    // rolled back then, and the next try sees it.
    return `
    with given as (
      select * from unnest(${digests}::bytea[], ${keys}::bytea[], ${targets}::bytea[])
        as given (key_digest, key, artifact)
    ), bound as (
      select key_digest, facts.artifact <> given.artifact as differs
      from ${quoted(schema)}.facts join given using (key_digest) where run = $1::uuid
    ), stored as (
      select id, sha256(bytes) <> id as is_damaged
      from ${quoted(schema)}.artifacts where id = any (${ids}::bytea[])
    ), fence as (${theFence}
    ), put_events as (${putEvents(schema)}
    ), put_artifacts as (
      insert into ${quoted(schema)}.artifacts (id, kind, bytes)
      select id, kind, bytes
      from unnest(${ids}::bytea[], ${kinds}::text[], ${bytes}::bytea[]) as new (id, kind, bytes)
      where exists (select from fence) and id not in (select id from stored)
      on conflict do nothing
    ), put_facts as (
      insert into ${quoted(schema)}.facts (run, key_digest, key, artifact, bound_by)
      select $1::uuid, key_digest, key, artifact, ${token}::bytea from given
      where exists (select from fence) and key_digest not in (select key_digest from bound)
    ) select run from fence`
  }
  const guard = `not exists (select from bound where differs)
          and not exists (select from stored where is_damaged)`
  const absent = `
      select $1::uuid as run
      where not exists (select from ${runs} where run = $1::uuid) and ${guard}`
  // Every parameter has to appear; of a run without events, there is nothing to say in a list.
  const unused = `
        and coalesce($5::text, $6::text, $7::bigint::text, $8::bigint::text, '') is not null`
  return {
    begin: change(parts(fence(schema, { isFirst: true, guard }), 9)),
    append: change(parts(fence(schema, { isFirst: false, guard }), 8)),
    precede: change(parts(absent + unused, 9)),
  }
}
