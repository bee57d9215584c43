import { openPostgresStores } from '@mfm/store-postgres'
import { z } from 'zod'
import type { Backend, OpenedPorts, Opening } from '../backend.ts'
import { queryOf, serverUrl } from '../server-url.ts'

const text = z.string().min(1).optional()

/** `schema` is ours, the rest are `pg`'s own. */
const querySchema = z.strictObject({
  schema: text,
  sslmode: text,
  sslrootcert: text,
  sslcert: text,
  sslkey: text,
  application_name: text,
})

async function open(opening: Opening): Promise<OpenedPorts> {
  const url = serverUrl(opening, 'postgres://user:password@host:5432/database?schema=…')
  const { schema } = queryOf(url, querySchema, opening.option)
  url.searchParams.delete('schema')
  return await openPostgresStores({ url: url.href, schema }, { signal: opening.signal })
}

export const postgres: Backend = { adapter: 'store-postgres', open }
