import { randomInt } from 'node:crypto'
import { copyFile, open } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import type { ArtifactId, RunId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { SqliteStores } from '../src/index.ts'
import { openSqliteStores } from '../src/index.ts'
import { bytesOf, codeOf, collect, idOf, newRun, noted, temporaryFile, upTo } from './temp-store.ts'

const TIMEOUT = { timeout: 300_000 }

interface Known {
  readonly runs: readonly RunId[]
  readonly artifacts: readonly ArtifactId[]
}

const LARGE = 'large '.repeat(1500)

/** Fills a store with some of everything: merged and fresh look-up tables, large artifacts, removed bindings. */
async function fill(path: string): Promise<Known> {
  await using stores = await openSqliteStores({ path, indexBatchRows: 7 })
  const runs = upTo(6).map(newRun)
  const artifacts: ArtifactId[] = []
  for (const round of upTo(8)) {
    for (const run of runs) {
      const text = `${run} ${round}`
      const id = idOf(text)
      artifacts.push(id)
      await stores.atomic.recordAtomically(run, round - 1, {
        artifacts: [{ kind: 'fact_payload', id, bytes: bytesOf(text) }],
        bindings: [{ key: `key ${round}`, artifactId: id }],
        events: [noted(run, round, { text })],
      })
    }
    artifacts.push(await stores.artifacts.put('output', bytesOf(LARGE + String(round))))
  }
  for (const run of runs.slice(0, 3))
    await stores.facts.unbindIfMatches(run, 'key 2', idOf(`${run} 2`))
  return { runs, artifacts }
}

/** Everything that the ports say: for each question an answer, or the code of the error. */
async function questionAll(
  path: string,
  { runs, artifacts }: Known,
): Promise<Map<string, unknown>> {
  const answers = new Map<string, unknown>()
  const ask = async (name: string, question: () => Promise<unknown>): Promise<void> => {
    const answer = await question().catch((error: unknown) => new Refusal(Object(error).code))
    answers.set(name, answer)
  }
  let stores: SqliteStores
  try {
    stores = await openSqliteStores({ path, indexBatchRows: 7 })
  } catch (error) {
    return answers.set('open', new Refusal(Object(error).code))
  }
  await ask('list', () => stores.events.listRuns())
  for (const run of runs) {
    await ask(`${run} head`, () => stores.events.headSeq(run))
    await ask(`${run} events`, () => collect(stores.events.read(run)))
    await ask(`${run} tail`, () => collect(stores.events.read(run, { from: 7 })))
    await ask(`${run} entries`, () => collect(stores.facts.entries(run)))
    for (const round of upTo(9)) {
      await ask(`${run} key ${round}`, () => stores.facts.get(run, `key ${round}`))
    }
  }
  for (const id of artifacts) {
    await ask(id, async () => Buffer.from(await stores.artifacts.get(id)).toString())
    await ask(`${id} exists`, () => stores.artifacts.exists(id))
  }
  await ask('absent', () => stores.artifacts.exists(idOf('absent')))
  await ask('no run', () =>
    stores.events.headSeq(
      idOf('x').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5') as RunId,
    ),
  )
  await stores.close()
  return answers
}

/** An error instead of an answer: the damage was noticed. */
class Refusal {
  readonly code: unknown
  constructor(code: unknown) {
    this.code = code
  }
}

const NOTICED = [
  'event_store_corruption',
  'artifact_corruption',
  'store_corruption',
  'store_schema_unsupported',
  'store_unavailable',
  'store_failed',
]

function isRightOrRefused(answer: unknown, expected: unknown): boolean {
  return answer instanceof Refusal
    ? NOTICED.includes(String(answer.code))
    : isDeepStrictEqual(answer, expected)
}

async function flip(path: string, bit: number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const byte = Buffer.alloc(1)
    const at = Math.floor(bit / 8)
    await file.read(byte, 0, 1, at)
    await file.write(Buffer.of((byte[0] ?? 0) ^ (1 << (bit % 8))), 0, 1, at)
  } finally {
    await file.close()
  }
}

describe('a flipped bit', () => {
  it('is noticed or changes no answer, wherever in the file it is', TIMEOUT, async () => {
    await using file = await temporaryFile()
    const known = await fill(file.path)
    const expected = await questionAll(file.path, known)
    expect(Array.from(expected.values()).filter((answer) => answer instanceof Refusal)).toEqual([])
    const handle = await open(file.path)
    const bits = (await handle.stat()).size * 8
    await handle.close()
    const flips = Number(process.env['STORE_SQLITE_FLIPS'] ?? 150)
    const seed = Number(process.env['STORE_SQLITE_SEED'] ?? randomInt(2 ** 31))
    let noticed = 0
    for (let index = 0; index < flips; index++) {
      const bit = Number.parseInt(idOf(`${seed} ${index}`).slice(0, 12), 16) % bits
      const label = `STORE_SQLITE_SEED=${seed}, flip ${index}, bit ${bit}`
      const damagedPath = `${file.path}.damaged`
      await copyFile(file.path, damagedPath)
      await flip(damagedPath, bit)
      const answers = Array.from(await questionAll(damagedPath, known))
      const wrong = answers.filter(
        ([question, answer]) => !isRightOrRefused(answer, expected.get(question)),
      )
      expect(wrong, label).toEqual([])
      noticed += answers.some(([, answer]) => answer instanceof Refusal) ? 1 : 0
    }
    // A third of the file and more is log and tables; a flip there cannot go unseen.
    expect(noticed).toBeGreaterThan(flips / 3)
  })
})

/** Changes the file behind the back of the store. */
function tamper(path: string, change: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(path)
  change(db)
  db.close()
}

function corruptBody(db: DatabaseSync, table: string, row: number): void {
  const body = db
    .prepare(`SELECT body FROM ${table} ORDER BY rowid LIMIT 1 OFFSET ?`)
    .get(row - 1)?.['body']
  const bytes = Buffer.from(body as Uint8Array)
  const at = bytes.length - 20
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  db.prepare(`UPDATE ${table} SET body = ? WHERE body = ?`).run(changed, bytes)
}

describe('damage behind the back of the store', () => {
  it('ES-33 a changed event ends the reading with its run and number, after what is whole', async () => {
    await using file = await temporaryFile()
    const run = newRun()
    await using stores = await openSqliteStores(file)
    for (const seq of upTo(9)) await stores.events.append(run, seq - 1, [noted(run, seq, { seq })])
    tamper(file.path, (db) => corruptBody(db, 'log', 5))
    const seen: number[] = []
    const reading = async (): Promise<void> => {
      for await (const { seq } of stores.events.read(run)) seen.push(seq)
    }
    await expect(reading()).rejects.toMatchObject({
      code: 'event_store_corruption',
      details: { runId: run, seq: 5 },
    })
    expect(seen).toEqual([1, 2, 3, 4])
    const after = await collect(stores.events.read(run, { from: 6 }))
    expect(after.map(({ seq }) => seq)).toEqual([6, 7, 8, 9])
    // Whoever has to read the rows that no look-up table knows yet meets the damage at once.
    await using other = await openSqliteStores(file)
    await expect(other.events.headSeq(newRun())).rejects.toMatchObject({
      code: 'event_store_corruption',
      details: { runId: run, seq: 5 },
    })
  })

  it.each([
    ['a missing row', 'ok', 'DELETE FROM log WHERE row = 5'],
    ['a lost tail', 'event_store_corruption', 'DELETE FROM log WHERE row > 7'],
    [
      'two swapped rows',
      'ok',
      'UPDATE log SET body = (SELECT l.body FROM log l WHERE l.row = 11 - log.row) WHERE row IN (5, 6)',
    ],
    ['a lost place', 'ok', 'DELETE FROM run_rows'],
    ['a lost summary', 'event_store_corruption', 'DELETE FROM runs'],
    ['a lost chunk', 'event_store_corruption', 'DELETE FROM chunk'],
    ['a lost state', 'event_store_corruption', 'DELETE FROM state'],
  ])('ES-33 %s is noticed by whoever opens the file', async (_, appending, statement) => {
    await using file = await temporaryFile()
    const run = newRun()
    const first = await openSqliteStores(file)
    for (const seq of upTo(9)) await first.events.append(run, seq - 1, [noted(run, seq, { seq })])
    await first.close()
    tamper(file.path, (db) => db.exec(statement))
    const read = async (): Promise<unknown> => {
      await using stores = await openSqliteStores(file)
      return await collect(stores.events.read(run))
    }
    const append = async (): Promise<unknown> => {
      await using stores = await openSqliteStores(file)
      return await stores.events.append(run, 9, [noted(run, 10, null)])
    }
    expect(await codeOf(read())).toBe('event_store_corruption')
    expect(await codeOf(append())).toBe(appending)
  })

  it.each([
    ['small', 'small', 'log'],
    ['large', LARGE, 'large'],
  ])(
    'AS-10 AS-11 a changed %s artifact is never given out, overwritten or hidden',
    async (_, text, table) => {
      await using file = await temporaryFile()
      await using stores = await openSqliteStores(file)
      const id = await stores.artifacts.put('output', bytesOf(text))
      const other = await stores.artifacts.put('output', bytesOf(`other ${text}`))
      tamper(file.path, (db) => corruptBody(db, table, 1))
      await expect(stores.artifacts.get(id)).rejects.toMatchObject({
        code: 'artifact_corruption',
        details: { artifactId: id },
      })
      expect(await codeOf(stores.artifacts.put('output', bytesOf(text)))).toBe(
        'artifact_corruption',
      )
      expect(await codeOf(stores.artifacts.getMany([other, id]))).toBe('artifact_corruption')
      const recording = stores.atomic.recordAtomically(newRun(), 0, {
        artifacts: [{ kind: 'output', id, bytes: bytesOf(text) }],
        bindings: [],
        events: [],
      })
      expect(await codeOf(recording)).toBe('artifact_corruption')
      expect(await stores.artifacts.exists(id)).toBe(true)
      expect(Buffer.from(await stores.artifacts.get(other)).toString()).toBe(`other ${text}`)
    },
  )
})

describe('look-up tables', () => {
  it('are derived from the log again, whatever has become of them', async () => {
    await using file = await temporaryFile()
    const known = await fill(file.path)
    const expected = await questionAll(file.path, known)
    for (const statement of [
      'DELETE FROM chunk WHERE id % 2 = 0',
      "UPDATE runs SET body = x'00'",
      'DELETE FROM state; DELETE FROM run_rows; DELETE FROM runs',
    ]) {
      tamper(file.path, (db) => db.exec(statement))
      const broken = await questionAll(file.path, known)
      expect(Array.from(broken.values()).some((answer) => answer instanceof Refusal)).toBe(true)
      await using stores = await openSqliteStores({ ...file, indexBatchRows: 7 })
      await stores.rebuildIndexes()
      expect(await questionAll(file.path, known)).toEqual(expected)
    }
  })

  it('are not derived from a damaged log', async () => {
    await using file = await temporaryFile()
    await fill(file.path)
    tamper(file.path, (db) => corruptBody(db, 'log', 3))
    await using stores = await openSqliteStores(file)
    expect(await codeOf(stores.rebuildIndexes())).toBe('store_corruption')
  })
})
