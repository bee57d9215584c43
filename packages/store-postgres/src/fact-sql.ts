import { quoted } from './schema.ts'
import type { Column, Statement } from './statement.ts'
import { change, query } from './statement.ts'

export interface BoundRow {
  readonly artifact: Column
}

interface BindRow extends BoundRow {
  readonly is_inserted: Column
}

interface EntryRow extends BoundRow {
  readonly key_digest: Column
  readonly key: Column
}

/** A page of entries ends at this many, */
const PAGE_ENTRIES = 1000
/** or at the entry with which its keys reach this size. */
const PAGE_BYTES = 2 ** 20

/** The statements of the fact index of one schema. */
export interface FactStatements {
  readonly get: Statement<BoundRow>
  /** One or two rows, the one that was inserted first; none where somebody else binds the key at the same time. */
  readonly bind: Statement<BindRow>
  readonly unbind: Statement<BoundRow>
  readonly entries: Statement<EntryRow>
  /** What some of the keys are bound to. */
  readonly bound: Statement<EntryRow>
}

/** Keys are bytes under their SHA-256: they may hold NUL, and be longer than what fits an index. */
export function factStatements(schema: string): FactStatements {
  const facts = `${quoted(schema)}.facts`
  return {
    get: query(`select artifact from ${facts} where run = $1 and key_digest = $2`),
    // A binding that the same call made, by a copy whose answer was lost, counts as inserted: `bound_by` tells.
    bind: change(`
      with bind as (
        insert into ${facts} (run, key_digest, key, artifact, bound_by) values ($1, $2, $3, $4, $5)
        on conflict do nothing
        returning artifact
      )
      select artifact, true as is_inserted from bind
      union all
      select artifact, bound_by = $5 from ${facts} where run = $1 and key_digest = $2
      order by is_inserted desc`),
    unbind: change(
      `delete from ${facts} where run = $1 and key_digest = $2 and artifact = $3 returning artifact`,
    ),
    entries: query(`
      select key_digest, key, artifact from (
        select key_digest, key, artifact,
          sum(octet_length(key)) over (order by key_digest) - octet_length(key) as bytes_before
        from ${facts} where run = $1 and key_digest > $2 order by key_digest limit ${PAGE_ENTRIES}
      ) as found where bytes_before < ${PAGE_BYTES} order by key_digest`),
    bound: query(
      `select key_digest, key, artifact from ${facts} where run = $1 and key_digest = any ($2::bytea[])`,
    ),
  }
}
