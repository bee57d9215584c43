import { randomInt } from 'node:crypto'
import type { RunId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { SqliteStores } from '../src/index.ts'
import { openSqliteStores } from '../src/index.ts'
import { Child } from './child.ts'
import { bytesOf, codeOf, collect, idOf, newRun, noted, temporaryFile, upTo } from './temp-store.ts'

const TIMEOUT = { timeout: 120_000 }

describe('several processes on one file', () => {
  it(
    'ES-27 4 processes with 25 appends each leave a dense and complete stream',
    TIMEOUT,
    async () => {
      await using file = await temporaryFile()
      const run = newRun()
      const children = upTo(4).map(
        (name) => new Child('append.child.ts', [file.path, run, `${name}`, '25']),
      )
      const acknowledged = (await Promise.all(children.map((child) => child.rest()))).flat()
      expect(await Promise.all(children.map((child) => child.ended()))).toEqual(
        upTo(4).map(() => [0, null]),
      )
      await using stores = await openSqliteStores(file)
      const events = await collect(stores.events.read(run))
      expect(events.map(({ seq }) => seq)).toEqual(upTo(100))
      expect(acknowledged.sort((a, b) => Number(a) - Number(b))).toEqual(upTo(100))
      for (const name of upTo(4)) {
        const own = events.filter(({ event }) => Object(event).payload.name === `${name}`)
        expect(own.map(({ event }) => Object(event).payload.index)).toEqual(
          upTo(25).map((n) => n - 1),
        )
      }
    },
  )

  it('FI-23 4 processes racing for 1,000 keys agree on one winner for each', TIMEOUT, async () => {
    await using file = await temporaryFile()
    const run = newRun()
    const children = upTo(4).map(
      (name) => new Child('bind.child.ts', [file.path, run, `${name}`, '1000']),
    )
    const results = await Promise.all(children.map(async (child) => Object(await child.next())))
    expect(results.reduce((sum, { won }) => sum + won, 0)).toBe(1000)
    for (const { ids } of results) expect(ids).toEqual(results[0]?.ids)
    await using stores = await openSqliteStores(file)
    const entries = new Map(await collect(stores.facts.entries(run)))
    expect(upTo(1000).map((index) => entries.get(`key ${index}`))).toEqual(results[0]?.ids)
  })

  it(
    'ES-26 what is acknowledged is seen by another process and by another handle',
    TIMEOUT,
    async () => {
      await using file = await temporaryFile()
      await using here = await openSqliteStores(file)
      await using there = await openSqliteStores(file)
      const run = newRun()
      const child = new Child('append.child.ts', [file.path, run, 'child', '30'])
      for (let seq = await child.next(); seq !== undefined; seq = await child.next()) {
        for (const stores of [here, there]) {
          expect(await stores.events.headSeq(run)).toBeGreaterThanOrEqual(Number(seq))
        }
      }
      await here.facts.bindIfUnset(run, 'k', idOf('x'))
      expect(await there.facts.get(run, 'k')).toBe(idOf('x'))
      await there.artifacts.put('output', bytesOf('there'))
      expect(await here.artifacts.exists(idOf('there'))).toBe(true)
      expect((await here.events.listRuns()).items).toEqual((await there.events.listRuns()).items)
    },
  )

  it('XX-11 a process ends by itself when its stores are closed', TIMEOUT, async () => {
    await using file = await temporaryFile()
    const child = new Child('open-and-leave.child.ts', [file.path])
    expect(await child.next()).toBe('closed')
    const closed = performance.now()
    expect(await child.ended()).toEqual([0, null])
    expect(performance.now() - closed).toBeLessThan(2000)
  })
})

describe('a file that another process holds', () => {
  it('is waited for, and then is store_busy; abort ends the wait', TIMEOUT, async () => {
    await using file = await temporaryFile()
    await using stores = await openSqliteStores({ ...file, busyTimeoutMillis: 400 })
    const run = newRun()
    await stores.events.append(run, 0, [noted(run, 1, 'before')])
    const holder = new Child('hold-lock.child.ts', [file.path])
    expect(await holder.next()).toBe('held')

    const controller = new AbortController()
    const { signal } = controller
    const aborted = codeOf(stores.events.append(run, 1, [noted(run, 2, 'aborted')], { signal }))
    const busy = codeOf(stores.events.append(run, 1, [noted(run, 2, 'busy')]))
    setTimeout(() => controller.abort(), 20)
    // The code of a DOMException named AbortError.
    expect(await Promise.race([aborted, busy])).toBe('20')
    expect(await busy).toBe('store_busy')
    expect(await stores.events.headSeq(run)).toBe(1)

    const patient = stores.events.append(run, 1, [noted(run, 2, 'patient')])
    holder.tell('let go')
    expect(await patient).toBe(2)
    expect(
      (await collect(stores.events.read(run))).map(({ event }) => Object(event).payload),
    ).toEqual(['before', 'patient'])
    await holder.ended()
  })
})

/** Lets a child record until it is killed in the middle of it; gives the heads that it had acknowledged. */
async function recordUntilKilled(
  path: string,
  runs: readonly RunId[],
  lines: number,
): Promise<ReadonlyMap<RunId, number>> {
  const child = new Child('record.child.ts', [path, ...runs])
  const heads = new Map<RunId, number>()
  for (let line = 0; line < lines; line++) {
    const [run, head] = Object(await child.next())
    heads.set(run, head)
    if (line === lines - 1) child.process.kill('SIGKILL')
  }
  for (const line of await child.rest()) {
    const [run, head] = Object(line)
    heads.set(run, head)
  }
  expect(await child.ended()).toEqual([null, 'SIGKILL'])
  return heads
}

/** How many commits to wait for before the kill with this number: the same for the same seed. */
function momentOf(seed: number, kill: number): number {
  return 1 + (Number.parseInt(idOf(`${seed} ${kill}`).slice(0, 8), 16) % 60)
}

/** Every commit of the run is there whole, up to a head that is not below what was acknowledged. */
async function expectWhole(
  stores: SqliteStores,
  run: RunId,
  { acknowledged, label }: { readonly acknowledged: number; readonly label: string },
): Promise<void> {
  const head = await stores.events.headSeq(run)
  expect(head, label).toBeGreaterThanOrEqual(acknowledged)
  expect(head % 2, label).toBe(0)
  const events = await collect(stores.events.read(run))
  expect(
    events.map(({ seq }) => seq),
    label,
  ).toEqual(upTo(head))
  const entries = new Map(await collect(stores.facts.entries(run)))
  expect(entries.size, label).toBe(head / 2)
  for (const { event, seq } of events) {
    const { id } = Object(event).payload
    expect(entries.get(`key ${seq - 2 + (seq % 2)}`), label).toBe(id)
    expect(idOf(Buffer.from(await stores.artifacts.get(id)).toString()), label).toBe(id)
  }
}

describe('kill -9', () => {
  it(
    'ES-28 loses nothing that was acknowledged and leaves no commit in half',
    TIMEOUT,
    async () => {
      await using file = await temporaryFile()
      const runs = upTo(3).map(newRun)
      const kills = Number(process.env['STORE_SQLITE_KILLS'] ?? 12)
      const seed = Number(process.env['STORE_SQLITE_SEED'] ?? randomInt(2 ** 31))
      for (let kill = 0; kill < kills; kill++) {
        const label = `STORE_SQLITE_SEED=${seed}, kill ${kill}`
        const heads = await recordUntilKilled(file.path, runs, momentOf(seed, kill))
        await using stores = await openSqliteStores({ ...file, indexBatchRows: 20 })
        for (const run of runs) {
          await expectWhole(stores, run, { acknowledged: heads.get(run) ?? 0, label })
        }
      }
    },
  )
})
