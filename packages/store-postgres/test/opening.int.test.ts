import { privateService } from '@mfm/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openPostgresStores } from '../src/index.ts'
import { connected, events, newRun, newSchema, opened, seqsOf, sharedUrl } from './postgres.ts'

describe('openPostgresStores', () => {
  it('makes a schema once, however many open it at the same time', async () => {
    const schema = newSchema()
    const all = await Promise.all(Array.from({ length: 8 }, () => opened({ schema })))
    const run = newRun()
    for (const [index, stores] of all.entries()) {
      expect(await stores.events.append(run, index, events(run, index, 1))).toBe(index + 1)
    }
    const client = await connected()
    const { rowCount } = await client.query(`select from "${schema}".mfm_store`)
    expect(rowCount).toBe(1)
  })

  it('refuses a schema that a newer release wrote, and leaves it as it is', async () => {
    const schema = newSchema()
    await (await opened({ schema })).close()
    const client = await connected()
    await client.query(`update "${schema}".mfm_store set version = 99`)
    await expect(opened({ schema })).rejects.toMatchObject({
      code: 'store_schema_unsupported',
      details: { schema, schemaVersion: 99, supportedVersion: 1 },
    })
  })

  it('refuses a schema with tables of another program, and adds none', async () => {
    const schema = newSchema()
    const client = await connected()
    await client.query(`create schema "${schema}"; create table "${schema}".events (id int)`)
    await expect(opened({ schema })).rejects.toMatchObject({ code: 'store_schema_unsupported' })
    const { rows } = await client.query('select tablename from pg_tables where schemaname = $1', [
      schema,
    ])
    expect(rows).toEqual([{ tablename: 'events' }])
  })

  it('opens a schema that is there without the right to make one', async () => {
    const schema = newSchema()
    await (await opened({ schema })).close()
    const client = await connected()
    const role = `reader_${Date.now()}`
    await client.query(`create role ${role} login`)
    await client.query(`grant usage on schema "${schema}" to ${role}`)
    await client.query(`grant all on all tables in schema "${schema}" to ${role}`)
    onTestFinished(async () => {
      await client.query(`drop owned by ${role}; drop role ${role}`)
    })
    const url = new URL(await sharedUrl())
    url.username = role
    const stores = await opened({ url: url.href, schema })
    const run = newRun()
    expect(await stores.events.append(run, 0, events(run, 0, 1))).toBe(1)
    await stores.close()
    await expect(
      openPostgresStores({ url: url.href, schema: `${schema}-x` }),
    ).rejects.toMatchObject({ code: 'store_unavailable', details: { sqlState: '42501' } })
  })

  it('refuses a database that does not keep text as UTF-8', async () => {
    const client = await connected()
    const name = `latin_${Date.now()}`
    await client.query(`create database ${name} encoding 'LATIN1' template template0 locale 'C'`)
    onTestFinished(async () => {
      await client.query(`drop database ${name}`)
    })
    const url = new URL(await sharedUrl())
    url.pathname = name
    await expect(openPostgresStores({ url: url.href })).rejects.toMatchObject({
      code: 'store_unsuitable',
      details: { serverEncoding: 'LATIN1' },
    })
  })

  it('refuses a session whose confirmed commits may be lost', async () => {
    const url = new URL(await sharedUrl())
    url.searchParams.set('options', '-c synchronous_commit=off')
    await expect(openPostgresStores({ url: url.href })).rejects.toMatchObject({
      code: 'store_unsuitable',
      details: { synchronousCommit: 'off' },
    })
  })

  it('says what the settings of the server are worth', async () => {
    expect((await opened()).events.description.durability).toBe('disk')
    await using lax = await privateService('postgres', { fsync: 'off' })
    const { events: store, close } = await openPostgresStores({ url: lax.url })
    expect(store.description.durability).toBe('process')
    await close()
  })

  it('fails at once where no server listens', async () => {
    const started = performance.now()
    const opening = openPostgresStores({ connection: { host: '127.0.0.1', port: 1 } })
    await expect(opening).rejects.toMatchObject({
      code: 'store_unavailable',
      retryable: true,
      details: { systemCode: 'ECONNREFUSED' },
    })
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('a pool that was lent', () => {
  it('stays open, also after many openings, and serves its owner', async () => {
    const pool = new pg.Pool({ connectionString: await sharedUrl(), max: 2 })
    onTestFinished(() => pool.end())
    const schema = newSchema()
    const run = newRun()
    for (let round = 0; round < 15; round++) {
      const stores = await opened({ pool, schema })
      await stores.events.append(run, round, events(run, round, 1))
      await stores.close()
    }
    expect(pool.ended || pool.ending).toBe(false)
    expect(pool.listenerCount('connect')).toBe(0)
    const { rows } = await pool.query(`select head from "${schema}".runs`)
    expect(rows).toEqual([{ head: '15' }])
  })

  it('may read types in its own way', async () => {
    const types = { getTypeParser: () => () => 'nonsense' }
    const pool = new pg.Pool({ connectionString: await sharedUrl(), types: types as never })
    onTestFinished(() => pool.end())
    const stores = await opened({ pool, schema: newSchema() })
    const run = newRun()
    await stores.events.append(run, 0, events(run, 0, 3))
    expect(await seqsOf(stores, run)).toEqual([1, 2, 3])
  })

  it('that its owner has ended makes calls fail at once', async () => {
    const pool = new pg.Pool({ connectionString: await sharedUrl() })
    const stores = await opened({ pool, schema: newSchema() })
    await pool.end()
    const started = performance.now()
    const asking = stores.events.headSeq(newRun())
    await expect(asking).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('has its size from its owner', async () => {
    const pool = new pg.Pool()
    onTestFinished(() => pool.end())
    await expect(openPostgresStores({ pool, poolSize: 3 })).rejects.toMatchObject({
      code: 'invalid_option',
      details: { problems: [{ pointer: '/poolSize' }] },
    })
  })
})
