import type { CheckedQuery } from '@mfm/adapter-kit'
import { readCursor, writeCursor } from '@mfm/adapter-kit'
import type { OpId, Page, RunId, RunPhase, RunSummary } from '@mfm/core-types'
import type { Call } from './call.ts'
import type { Database } from './database.ts'
import { quoted } from './schema.ts'
import type { Column, Value } from './statement.ts'
import { query } from './statement.ts'

interface RunRow {
  readonly run: Column
  readonly ordinal: Column
  readonly head: Column
  readonly op_id: Column
  readonly phase: Column
  readonly started_at: Column
  readonly updated_at: Column
}

export interface RunListing {
  readonly schema: string
  readonly secret: string
  readonly query: CheckedQuery
}

/** The runs that a query asks for, the newest first; a position in the list is the ordinal of a run. */
export async function listRuns(
  database: Database,
  call: Call,
  { schema, secret, query: asked }: RunListing,
): Promise<Page<RunSummary>> {
  const { limit, cursor } = asked
  const position = cursor === undefined ? undefined : readCursor(secret, cursor)
  const ids = idRange(asked.idPrefix ?? '')
  if (ids === undefined) return { items: [], next: undefined }
  const filters: readonly (readonly [string, Value | undefined])[] = [
    ['ordinal < ', position],
    ['phase = ', asked.phase],
    ['op_id = ', asked.opId],
    ['run >= ', ids.first],
    ['run <= ', ids.last],
  ]
  const used = filters.filter(([, value]) => value !== undefined)
  const where = used.map(([condition], index) => `${condition}$${index + 1}`)
  const text = `
    select run, ordinal, head, op_id, phase, started_at, updated_at from ${quoted(schema)}.runs
    ${where.length === 0 ? '' : 'where'} ${where.join(' and ')}
    order by ordinal desc limit $${used.length + 1}`
  const values = used.map(([, value]) => value ?? null)
  const { rows } = await database.run(call, query<RunRow>(text), [...values, limit + 1])
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const isLast = last === undefined || rows.length <= limit
  return {
    items: items.map(summaryOf),
    next: isLast ? undefined : writeCursor(secret, Number(last.ordinal)),
  }
}

/** The columns hold what this package wrote into them. */
function summaryOf(row: RunRow): RunSummary {
  const millis = (column: Column): number | null => (column === null ? null : Number(column))
  return {
    runId: row.run as RunId,
    headSeq: Number(row.head),
    opId: row.op_id as OpId | null,
    phase: row.phase as RunPhase,
    startedAtMillis: millis(row.started_at),
    updatedAtMillis: millis(row.updated_at),
  }
}

interface IdRange {
  readonly first: string | undefined
  readonly last: string | undefined
}

const LEAST_ID = '00000000-0000-0000-0000-000000000000'
const GREATEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const ID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The first and the last id that begin so: ids are in the order of their digits. `undefined` where no id does. */
export function idRange(prefix: string): IdRange | undefined {
  if (prefix === '') return { first: undefined, last: undefined }
  const first = prefix + LEAST_ID.slice(prefix.length)
  if (!ID_PATTERN.test(first)) return undefined
  return { first, last: prefix + GREATEST_ID.slice(prefix.length) }
}
