import { describe, expect, it } from 'vitest'
import { connected, events, newRun, newSchema, opened, sharedUrl } from './postgres.ts'

/** So long that nothing is found by looking. */
const NEVER_MILLIS = 3_600_000

/** Takes events of a watch one by one. */
function numbersOf(watching: AsyncIterable<{ readonly seq: number }>): () => Promise<number> {
  const iterator = watching[Symbol.asyncIterator]()
  return async () => {
    const { value } = await iterator.next()
    return value?.seq
  }
}

async function listeners(schema: string): Promise<readonly number[]> {
  const { channelOf } = await import('../src/event-sql.ts')
  const client = await connected()
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where query = 'listen "${channelOf(schema)}"'`,
  )
  return rows.map(({ pid }) => pid)
}

describe('watch', () => {
  it('is woken by notifications, on one connection for all', async () => {
    const schema = newSchema()
    const url = await sharedUrl()
    const stores = await opened({ url, schema, watchPollMillis: NEVER_MILLIS })
    const other = await opened({ url, schema })
    const runs = [newRun(), newRun(), newRun()]
    for (const run of runs) await other.events.append(run, 0, events(run, 0, 2))
    const controller = new AbortController()
    const { signal } = controller
    const watches = runs.map((run) => numbersOf(stores.events.watch(run, 2, { signal })))
    expect(await Promise.all(watches.map((next) => next()))).toEqual([2, 2, 2])
    await expect.poll(() => listeners(schema)).toHaveLength(1)
    for (let head = 2; head < 12; head++) {
      const waiting = watches.map((next) => next())
      for (const run of runs) await other.events.append(run, head, events(run, head, 1))
      expect(await Promise.all(waiting)).toEqual([head + 1, head + 1, head + 1])
    }
    controller.abort(new Error('enough'))
    for (const next of watches) await expect(next()).rejects.toThrow('enough')
    await expect.poll(() => listeners(schema)).toEqual([])
  })

  it('listens again after its connection was terminated', async () => {
    const schema = newSchema()
    const url = await sharedUrl()
    const stores = await opened({ url, schema, watchPollMillis: NEVER_MILLIS })
    const run = newRun()
    await stores.events.append(run, 0, events(run, 0, 1))
    const next = numbersOf(stores.events.watch(run))
    expect(await next()).toBe(1)
    for (let head = 1; head < 4; head++) {
      await expect.poll(() => listeners(schema)).toHaveLength(1)
      const [pid] = await listeners(schema)
      await (await connected()).query('select pg_terminate_backend($1)', [pid])
      const waiting = next()
      await stores.events.append(run, head, events(run, head, 1))
      expect(await waiting).toBe(head + 1)
    }
  })

  it('finds by looking what no notification told', async () => {
    const schema = newSchema()
    const url = await sharedUrl()
    const stores = await opened({ url, schema, watchPollMillis: 50 })
    const run = newRun()
    const next = numbersOf(stores.events.watch(run))
    const waiting = next()
    await stores.events.append(run, 0, events(run, 0, 1))
    expect(await waiting).toBe(1)
    const client = await connected()
    for (let head = 1; head < 4; head++) {
      await client.query(`update "${schema}".runs set watched_until = null`)
      const later = next()
      await stores.events.append(run, head, events(run, head, 1))
      expect(await later).toBe(head + 1)
    }
  })

  it('ends at close, also where nobody asks for the next event', async () => {
    const schema = newSchema()
    const stores = await opened({ url: await sharedUrl(), schema, watchPollMillis: NEVER_MILLIS })
    const run = newRun()
    await stores.events.append(run, 0, events(run, 0, 1))
    const [left, waited] = [stores.events.watch(run), stores.events.watch(run)]
    await left[Symbol.asyncIterator]().next()
    const next = numbersOf(waited)
    await next()
    const waiting = next()
    const closing = stores.close()
    await expect(waiting).rejects.toMatchObject({ code: 'store_closed' })
    await closing
    await expect.poll(() => listeners(schema)).toEqual([])
  })
})
