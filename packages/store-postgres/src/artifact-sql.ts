import { quoted } from './schema.ts'
import type { Column, Statement } from './statement.ts'
import { change, query } from './statement.ts'

export interface StoredRow {
  readonly id: Column
  /** What the stored bytes hash to; `null` where they were written just now. */
  readonly actual: Column
}

interface BytesRow {
  readonly id: Column
  readonly bytes: Column
}

interface IdRow {
  readonly id: Column
}

/** Ids that a page of a list holds. */
export const PAGE_IDS = 1000

/** The statements of the artifact store of one schema. */
export interface ArtifactStatements {
  /** One row for each artifact, but for those that somebody else wrote at the same time. */
  readonly put: Statement<StoredRow>
  /** What artifacts that are there hash to. */
  readonly proofs: Statement<StoredRow>
  readonly get: Statement<BytesRow>
  readonly exists: Statement<IdRow>
  readonly list: Statement<IdRow>
  readonly erase: Statement<IdRow>
}

export function artifactStatements(schema: string): ArtifactStatements {
  const artifacts = `${quoted(schema)}.artifacts`
  return {
    // The first writer's row stays; the server itself proves it, so that no bytes come back.
    put: change(`
      with put as (
        insert into ${artifacts} (id, kind, bytes)
        select id, kind, bytes from unnest($1::bytea[], $2::text[], $3::bytea[]) as given (id, kind, bytes)
        on conflict do nothing
        returning id
      )
      select id, null as actual from put
      union all
      select id, sha256(bytes) as actual from ${artifacts} where id = any ($1::bytea[])`),
    proofs: query(
      `select id, sha256(bytes) as actual from ${artifacts} where id = any ($1::bytea[])`,
    ),
    get: query(`select id, bytes from ${artifacts} where id = any ($1::bytea[])`),
    exists: query(`select id from ${artifacts} where id = $1`),
    list: query(`select id from ${artifacts} where id > $1 order by id limit ${PAGE_IDS}`),
    erase: change(`delete from ${artifacts} where id = $1 returning id`),
  }
}
