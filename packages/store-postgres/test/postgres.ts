import { randomUUID } from 'node:crypto'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import { service } from '@mfm/services'
import pg from 'pg'
import { onTestFinished, vi } from 'vitest'
import type { PostgresStoreOptions, PostgresStores } from '../src/index.ts'
import { openPostgresStores } from '../src/index.ts'

/** Room for a server that starts first, on a machine that others use. */
vi.setConfig({ testTimeout: 60_000 })

export async function sharedUrl(): Promise<string> {
  return (await service('postgres')).url
}

/** A connection past the stores, ended with the test. */
export async function connected(url?: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url ?? (await sharedUrl()) })
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** A schema of the test's own, dropped with it. */
export function newSchema(url?: string): string {
  const schema = `t-${randomUUID().slice(0, 18)}`
  onTestFinished(async () => {
    const client = new pg.Client({ connectionString: url ?? (await sharedUrl()) })
    await client.connect()
    await client.query(`drop schema if exists "${schema}" cascade`)
    await client.end()
  })
  return schema
}

/** Stores that are closed with the test. */
export async function opened(options: PostgresStoreOptions = {}): Promise<PostgresStores> {
  const { url, connection, pool } = options
  const isGiven = url !== undefined || connection !== undefined || pool !== undefined
  const where = isGiven ? {} : { url: await sharedUrl() }
  const schema = options.schema ?? newSchema(url)
  const stores = await openPostgresStores({ ...where, ...options, schema })
  onTestFinished(() => stores.close())
  return stores
}

export function newRun(): RunId {
  return randomUUID() as RunId
}

/** Events of a run, numbered on from a head. */
export function events(runId: RunId, after: number, count: number): EventEnvelope[] {
  return Array.from({ length: count }, (_, index) => ({
    runId,
    seq: after + index + 1,
    tsMillis: null,
    prev: null,
    event: {
      type: 'domain',
      v: 1,
      name: 'noted',
      payload: after + index + 1,
      payloadRef: null,
      stateId: null,
      attempt: null,
    },
  }))
}

export async function seqsOf(stores: PostgresStores, run: RunId): Promise<number[]> {
  const seqs: number[] = []
  for await (const { seq } of stores.events.read(run)) seqs.push(seq)
  return seqs
}
