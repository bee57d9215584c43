import { readdirSync, readlinkSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openSqliteStores } from '../src/index.ts'
import { openFile } from '../src/store-file.ts'
import { bytesOf, codeOf, collect, newRun, noted, temporaryFile, upTo } from './temp-store.ts'

function change(path: string, statements: string): void {
  const db = new DatabaseSync(path)
  db.exec(statements)
  db.close()
}

function value(path: string, statement: string): unknown {
  const db = new DatabaseSync(path)
  const row = db.prepare(statement).get() ?? {}
  db.close()
  return Object.values(row)[0]
}

/** How many descriptors of this process are of the file, its log or its index. */
function openDescriptors(path: string): number {
  const folder = '/proc/self/fd'
  return readdirSync(folder).filter((name) => {
    try {
      return readlinkSync(join(folder, name)).startsWith(path)
    } catch {
      return false // the descriptor that reads the folder
    }
  }).length
}

describe('options', () => {
  it.each([
    [{}],
    [{ path: '' }],
    [{ path: 7 }],
    [{ path: ':memory:', unknown: true }],
    [{ path: ':memory:', busyTimeoutMillis: -1 }],
    [{ path: ':memory:', readOnly: 'yes' }],
    [{ path: ':memory:', limits: { payloadBytes: 0 } }],
    [{ path: ':memory:', limits: { events: 1 } }],
    [{ path: ':memory:', indexBatchRows: 0.5 }],
    [null],
  ])('XX-18 refuses %j with the path of each problem', async (options) => {
    const opening = openSqliteStores(options as never)
    await expect(opening).rejects.toMatchObject({ code: 'invalid_option' })
    await expect(opening).rejects.toHaveProperty('details.problems.0.pointer')
  })
})

describe('opening', () => {
  it('makes the file and its folders, in WAL mode with synchronous=FULL', async () => {
    await using file = await temporaryFile()
    const path = join(dirname(file.path), 'a', 'b', 'runs.db')
    await using stores = await openSqliteStores({ path })
    expect(stores.events.description.durability).toBe('disk')
    expect(value(path, 'PRAGMA journal_mode')).toBe('wal')
    const { connection } = openFile(path, false)
    expect(connection.value('PRAGMA synchronous')).toBe(2)
    connection.close()
  })

  it('marks the file as its own, at a version', async () => {
    await using file = await temporaryFile()
    await (await openSqliteStores(file)).close()
    expect(value(file.path, 'PRAGMA application_id')).toBe(0x6d_66_6d_31)
    expect(value(file.path, 'PRAGMA user_version')).toBe(1)
    expect(await readdir(dirname(file.path))).toEqual(['runs.db'])
  })

  it('takes an empty file', async () => {
    await using file = await temporaryFile()
    await writeFile(file.path, '')
    await using stores = await openSqliteStores(file)
    expect((await stores.events.listRuns()).items).toEqual([])
  })

  it('refuses a file of a newer release, and leaves it as it is', async () => {
    await using file = await temporaryFile()
    await (await openSqliteStores(file)).close()
    change(file.path, 'PRAGMA user_version = 2')
    await expect(openSqliteStores(file)).rejects.toMatchObject({
      code: 'store_schema_unsupported',
      details: { schemaVersion: 2, supportedVersion: 1 },
    })
    expect(value(file.path, 'PRAGMA user_version')).toBe(2)
  })

  it.each([
    ['CREATE TABLE theirs (x)'],
    ['CREATE TABLE theirs (x); PRAGMA user_version = 1'],
    ['PRAGMA application_id = 7'],
    ['PRAGMA user_version = 1'],
  ])('refuses a file of another program (%s), and leaves it as it is', async (statements) => {
    await using file = await temporaryFile()
    change(file.path, statements)
    expect(await codeOf(openSqliteStores(file))).toBe('store_schema_unsupported')
    expect(value(file.path, 'PRAGMA journal_mode')).toBe('delete')
    expect(value(file.path, "SELECT count(*) FROM sqlite_schema WHERE name = 'log'")).toBe(0)
  })

  it('refuses a file whose tables are not as they were made', async () => {
    await using file = await temporaryFile()
    await (await openSqliteStores(file)).close()
    change(file.path, 'ALTER TABLE log ADD COLUMN extra')
    expect(await codeOf(openSqliteStores(file))).toBe('store_corruption')
  })

  it('refuses what is not an SQLite file', async () => {
    await using file = await temporaryFile()
    await writeFile(file.path, 'a text that is certainly not a database '.repeat(100))
    await expect(openSqliteStores(file)).rejects.toMatchObject({
      code: 'store_failed',
      details: { sqliteCode: 'SQLITE_NOTADB' },
    })
  })

  it('cannot open a folder, or a file below a file', async () => {
    await using file = await temporaryFile()
    await expect(openSqliteStores({ path: dirname(file.path) })).rejects.toMatchObject({
      code: 'store_unavailable',
      details: { sqliteCode: 'SQLITE_CANTOPEN' },
    })
    await writeFile(file.path, '')
    const below = openSqliteStores({ path: join(file.path, 'runs.db') })
    expect(await codeOf(below)).toBe('store_unavailable')
  })

  it('opens read-only what is there, and nothing else', async () => {
    await using file = await temporaryFile()
    expect(await codeOf(openSqliteStores({ ...file, readOnly: true }))).toBe('store_unavailable')
    const run = newRun()
    await using writer = await openSqliteStores(file)
    await writer.events.append(run, 0, [noted(run, 1, 'there')])
    await using reader = await openSqliteStores({ ...file, readOnly: true })
    expect((await collect(reader.events.read(run))).length).toBe(1)
    await writer.events.append(run, 1, [noted(run, 2, 'later')])
    expect(await reader.events.headSeq(run)).toBe(2)
    const refused = [
      reader.events.append(run, 2, [noted(run, 3, 'no')]),
      reader.artifacts.put('output', bytesOf('no')),
    ]
    expect(await Promise.all(refused.map(codeOf))).toEqual([
      'store_unavailable',
      'store_unavailable',
    ])
    expect(await reader.events.headSeq(run)).toBe(2)
  })

  it('two that open a new file at once both get it', async () => {
    await using file = await temporaryFile()
    const opened = await Promise.all(upTo(5).map(() => openSqliteStores(file)))
    const run = newRun()
    for (const [index, stores] of opened.entries()) {
      await stores.events.append(run, index, [noted(run, index + 1, index)])
    }
    for (const stores of opened) expect(await stores.events.headSeq(run)).toBe(5)
    await Promise.all(opened.map((stores) => stores.close()))
  })

  it('XX-13 opening and closing a hundred times leaves no file descriptor open', async () => {
    await using file = await temporaryFile()
    for (const _ of upTo(100)) {
      await using stores = await openSqliteStores(file)
      await stores.artifacts.put('output', bytesOf('same'))
      expect(openDescriptors(file.path)).toBeGreaterThan(0)
    }
    expect(openDescriptors(file.path)).toBe(0)
  })
})
