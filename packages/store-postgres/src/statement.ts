import { sha256 } from '@mfm/canonical-json'
import type { CustomTypesConfig } from 'pg'

/** A column as the server writes it. */
export type Column = string | null

/** Columns as the server writes them: the parsers that a pool or the process has set for `pg` take no part. */
export const PLAIN_TEXT: CustomTypesConfig = { getTypeParser: () => (column: string) => column }

/** One SQL statement with the rows that it gives. It is a transaction of its own. */
export interface Statement<Row> {
  /** Prepared under this name, once on every connection. The same text has the same name. */
  readonly name: string
  readonly text: string
  /** Whether it matters if it happened. */
  readonly isChange: boolean
  /** Never there: says what {@link Database.run} gives. */
  readonly row?: Row
}

export type Value = string | number | Uint8Array | null

export function query<Row>(text: string): Statement<Row> {
  return { name: nameOf(text), text, isChange: false }
}

export function change<Row>(text: string): Statement<Row> {
  return { name: nameOf(text), text, isChange: true }
}

/** PostgreSQL keeps 63 characters of a name. */
function nameOf(text: string): string {
  return `mfm_${sha256(text).slice(0, 32)}`
}

/** The bytes of a `bytea` column, in memory of their own. */
export function bytesOf(column: string): Uint8Array {
  const bytes = new Uint8Array((column.length - 2) / 2)
  Buffer.from(bytes.buffer).write(column.slice(2), 'hex')
  return bytes
}

/** The hex digits of a `bytea` column. */
export function hexOf(column: string): string {
  return column.slice(2)
}
