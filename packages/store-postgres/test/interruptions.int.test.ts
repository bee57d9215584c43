import { artifactIdOf } from '@mfm/canonical-json'
import type { ArmedFault } from '@mfm/conformance'
import { startFaultProxy } from '@mfm/conformance'
import type { RunId } from '@mfm/core-types'
import { privateService } from '@mfm/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PostgresStores } from '../src/index.ts'
import { connected, events, newRun, newSchema, opened, seqsOf, sharedUrl } from './postgres.ts'

interface Blocked {
  readonly stores: PostgresStores
  readonly run: RunId
  readonly schema: string
  /** Ends the transaction that holds the row of the run. */
  free(): Promise<unknown>
}

/** Stores with a run of one event, whose row another transaction holds. */
async function blocked(callTimeoutMillis = 10_000): Promise<Blocked> {
  const schema = newSchema()
  const stores = await opened({ url: await sharedUrl(), schema, callTimeoutMillis })
  const run = newRun()
  await stores.events.append(run, 0, events(run, 0, 1))
  const holder = await connected()
  await holder.query('begin')
  await holder.query(`select from "${schema}".runs where run = $1 for update`, [run])
  return { stores, run, schema, free: () => holder.query('rollback') }
}

/** The server processes that wait for a lock on the schema's tables. */
async function waiting(schema: string): Promise<readonly number[]> {
  const client = await connected()
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where wait_event_type = 'Lock' and query like $1`,
    [`%"${schema}"%`],
  )
  return rows.map(({ pid }) => pid)
}

async function untilOneWaits(schema: string): Promise<number> {
  return await expect
    .poll(async () => (await waiting(schema))[0], { timeout: 5000 })
    .toBeDefined()
    .then(async () => (await waiting(schema))[0] ?? 0)
}

describe('a statement that the server holds up', () => {
  it('is cancelled at its deadline, and never happens', async () => {
    const { stores, run, schema, free } = await blocked(300)
    const appending = stores.events.append(run, 1, events(run, 1, 1))
    await expect(appending).rejects.toMatchObject({ code: 'store_timeout', retryable: true })
    await expect.poll(() => waiting(schema), { timeout: 5000 }).toEqual([])
    await free()
    expect(await seqsOf(stores, run)).toEqual([1])
    expect(await stores.events.append(run, 1, events(run, 1, 1))).toBe(2)
  })

  it('is cancelled when its signal is aborted, and never happens', async () => {
    const { stores, run, schema, free } = await blocked()
    const controller = new AbortController()
    const { signal } = controller
    const appending = stores.events.append(run, 1, events(run, 1, 1), { signal })
    await untilOneWaits(schema)
    const reason = new Error('not any more')
    controller.abort(reason)
    await expect(appending).rejects.toBe(reason)
    await expect.poll(() => waiting(schema), { timeout: 5000 }).toEqual([])
    await free()
    expect(await seqsOf(stores, run)).toEqual([1])
  })

  it('is sent again when its connection is terminated, and happens once', async () => {
    const { stores, run, schema, free } = await blocked()
    const appending = stores.events.append(run, 1, events(run, 1, 3))
    const pid = await untilOneWaits(schema)
    await (await connected()).query('select pg_terminate_backend($1)', [pid])
    await expect.poll(() => waiting(schema), { timeout: 5000 }).not.toContain(pid)
    await free()
    expect(await appending).toBe(4)
    expect(await seqsOf(stores, run)).toEqual([1, 2, 3, 4])
  })

  it('does not keep the store from closing, nor from answering others', async () => {
    const { stores, run, free } = await blocked(1000)
    const appending = stores.events.append(run, 1, events(run, 1, 1))
    expect(await stores.events.headSeq(run)).toBe(1)
    const closing = stores.close()
    await expect(appending).rejects.toMatchObject({ code: 'store_timeout' })
    await closing
    await free()
  })
})

/** Stores whose connections go through a proxy, and the fault that loses the answer to their next statement. */
async function losingAnswers(): Promise<{ stores: PostgresStores; lose: () => ArmedFault }> {
  const url = new URL(await sharedUrl())
  const proxy = await startFaultProxy({ host: url.hostname, port: Number(url.port) })
  onTestFinished(() => proxy.close())
  url.port = `${proxy.address.port}`
  const stores = await opened({ url: url.href, schema: newSchema() })
  return { stores, lose: () => proxy.arm({ kind: 'cut_after' }, { match: 'mfm_' }) }
}

describe('a lost answer', () => {
  it('to an append is found out, and the events are there once', async () => {
    const { stores, lose } = await losingAnswers()
    const run = newRun()
    for (const [head, count] of [
      [0, 1],
      [1, 3],
      [4, 1],
    ] as const) {
      const fault = lose()
      expect(await stores.events.append(run, head, events(run, head, count))).toBe(head + count)
      expect(fault.fired).toBe(1)
    }
    const id = artifactIdOf('x')
    const fault = lose()
    const batch = {
      artifacts: [{ kind: 'output', id, bytes: Buffer.from('x') }],
      bindings: [{ key: 'k', artifactId: id }],
      events: events(run, 5, 2),
    }
    expect(await stores.atomic.recordAtomically(run, 5, batch)).toBe(7)
    expect(fault.fired).toBe(1)
    expect(await seqsOf(stores, run)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('to an append that another had overtaken is a conflict', async () => {
    const { stores, lose } = await losingAnswers()
    const run = newRun()
    await stores.events.append(run, 0, events(run, 0, 2))
    const fault = lose()
    const late = events(run, 0, 1).map((envelope) => ({ ...envelope, tsMillis: 5 }))
    await expect(stores.events.append(run, 0, late)).rejects.toMatchObject({
      code: 'event_store_concurrency',
      details: { expected: 0, actual: 2 },
    })
    expect(fault.fired).toBe(1)
  })

  it('to a bind does not make a winner believe that it lost', async () => {
    const { stores, lose } = await losingAnswers()
    const [run, id] = [newRun(), artifactIdOf('x')]
    lose()
    const binding = await stores.facts.bindIfUnset(run, 'k', id)
    expect(binding).toEqual({ artifactId: id, inserted: true })
    lose()
    const again = await stores.facts.bindIfUnset(run, 'k', id)
    expect(again).toEqual({ artifactId: id, inserted: false })
  })

  it('to an unbind or an erase that was done is not called false', async () => {
    const { stores, lose } = await losingAnswers()
    const run = newRun()
    const id = await stores.artifacts.put('output', Buffer.from('x'))
    await stores.facts.bindIfUnset(run, 'k', id)
    lose()
    const unbinding = stores.facts.unbindIfMatches(run, 'k', id)
    await expect(unbinding).rejects.toMatchObject({ code: 'store_outcome_unknown' })
    expect(await stores.facts.get(run, 'k')).toBeUndefined()
    lose()
    const erasing = stores.artifacts.erase(id)
    await expect(erasing).rejects.toMatchObject({ code: 'store_outcome_unknown' })
    expect(await stores.artifacts.exists(id)).toBe(false)
  })

  it('is store_outcome_unknown where the server is gone for good', {
    timeout: 60_000,
  }, async () => {
    await using server = await privateService('postgres')
    await using proxy = await startFaultProxy(server)
    const url = new URL(server.url)
    url.port = `${proxy.address.port}`
    const stores = await opened({ url: url.href, schema: 'mfm', callTimeoutMillis: 1500 })
    const direct = await opened({ url: server.url, schema: 'mfm' })
    const run = newRun()
    await stores.events.append(run, 0, events(run, 0, 1))
    const fault = proxy.arm({ kind: 'cut_after' }, { match: 'mfm_' })
    const appending = stores.events.append(run, 1, events(run, 1, 1))
    await fault.hit
    await proxy.goDown()
    await expect(appending).rejects.toMatchObject({
      code: 'store_outcome_unknown',
      retryable: true,
    })
    expect(await seqsOf(direct, run)).toEqual([1, 2])
    await proxy.comeUp()
    const again = stores.events.append(run, 1, events(run, 1, 1))
    await expect(again).rejects.toMatchObject({ code: 'event_store_concurrency' })
    await stores.close()
    await direct.close()
  })
})

describe('a server that cannot take more', () => {
  it('is waited for while it has too many connections', async () => {
    await using server = await privateService('postgres', {
      max_connections: '8',
      superuser_reserved_connections: '0',
    })
    const stores = await opened({ url: server.url, schema: 'mfm' })
    const taken: pg.Client[] = []
    for (;;) {
      const client = new pg.Client({ connectionString: server.url })
      client.on('error', () => undefined)
      const isIn = await client.connect().then(
        () => true,
        () => false,
      )
      if (!isIn) break
      taken.push(client)
    }
    const rounds = Array.from({ length: 20 }, () => newRun())
    const appending = Promise.all(
      rounds.map((each) => stores.events.append(each, 0, events(each, 0, 1))),
    )
    await Promise.all(taken.map((client) => client.end()))
    expect(await appending).toEqual(rounds.map(() => 1))
    await stores.close()
  })

  it('is unavailable where it takes no writes', async () => {
    const schema = newSchema()
    await opened({ url: await sharedUrl(), schema })
    const url = new URL(await sharedUrl())
    url.searchParams.set('options', '-c default_transaction_read_only=on')
    const stores = await opened({ url: url.href, schema })
    const run = newRun()
    for (const call of [
      () => stores.events.append(run, 0, events(run, 0, 1)),
      () => stores.artifacts.put('output', Buffer.from('x')),
      () => stores.facts.bindIfUnset(run, 'k', artifactIdOf('x')),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: 'store_unavailable',
        retryable: true,
        details: { sqlState: '25006' },
      })
    }
    expect(await stores.events.headSeq(run)).toBe(0)
  })

  it('gives both of two transactions that stop each other their turn', async () => {
    const schema = newSchema()
    const stores = await opened({ url: await sharedUrl(), schema })
    const [one, other] = [newRun(), newRun()]
    for (const run of [one, other]) await stores.events.append(run, 0, events(run, 0, 1))
    const rival = await connected()
    await rival.query(`set deadlock_timeout = '10s'; begin`)
    await rival.query(`select from "${schema}".runs where run = $1 for update`, [one])
    const artifact = { kind: 'output', id: artifactIdOf('held'), bytes: Buffer.from('held') }
    // The commit takes the artifact first where it can: the rival has it, and then wants the run that the commit has.
    await rival.query(
      `insert into "${schema}".artifacts (id, kind, bytes) values (decode($1, 'hex'), 'output', 'held')`,
      [artifact.id],
    )
    const committing = stores.atomic.recordAtomically(other, 1, {
      artifacts: [artifact],
      bindings: [],
      events: events(other, 1, 1),
    })
    await untilOneWaits(schema)
    const wanting = rival.query(`select from "${schema}".runs where run = $1 for update`, [other])
    await wanting
    await rival.query('commit')
    expect(await committing).toBe(2)
    expect(await seqsOf(stores, other)).toEqual([1, 2])
  })
})
