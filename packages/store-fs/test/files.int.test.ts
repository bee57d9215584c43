import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { artifactIdOf } from '@mfm/canonical-json'
import { describe, expect, it } from 'vitest'
import { openFsArtifacts } from '../src/index.ts'
import {
  bytesOf,
  codeOf,
  collect,
  fileOf,
  leftovers,
  neighbours,
  temporaryFolder,
  textOf,
} from './temp-folder.ts'

it('an artifact is a file of its bytes, two folders deep by its digest', async () => {
  await using folder = await temporaryFolder()
  await using store = await openFsArtifacts(folder)
  const id = await store.put('output', bytesOf('hello'))
  expect(await readFile(fileOf(folder.path, id), 'utf8')).toBe('hello')
  expect(await leftovers(folder.path)).toEqual([])
  expect((await readdir(folder.path)).sort()).toEqual(
    [id.slice(0, 2), 'mfm-artifacts.json', 'tmp'].sort(),
  )
  expect(store.description).toEqual({
    name: 'store-fs',
    durability: 'disk',
    capabilities: ['getMany', 'putMany', 'erase', 'list'],
  })
})

it('AS-04 a second put leaves the file as it is', async () => {
  await using folder = await temporaryFolder()
  await using store = await openFsArtifacts(folder)
  const id = await store.put('output', bytesOf('hello'))
  const before = await stat(fileOf(folder.path, id), { bigint: true })
  expect(await store.put('manifest', bytesOf('hello'))).toBe(id)
  expect(await store.putMany([{ kind: 'output', bytes: bytesOf('hello') }])).toEqual([id])
  const after = await stat(fileOf(folder.path, id), { bigint: true })
  expect([after.ino, after.mtimeNs, after.ctimeNs]).toEqual([
    before.ino,
    before.mtimeNs,
    before.ctimeNs,
  ])
})

it('AS-06 two handles and many puts of one artifact make one file', async () => {
  await using folder = await temporaryFolder()
  await using one = await openFsArtifacts(folder)
  await using two = await openFsArtifacts(folder)
  const puts = Array.from({ length: 64 }, (_, index) =>
    (index % 2 === 0 ? one : two).put('output', bytesOf('same')),
  )
  expect(new Set(await Promise.all(puts))).toEqual(new Set([artifactIdOf('same')]))
  expect(await collect(one.list())).toEqual([artifactIdOf('same')])
  expect((await stat(fileOf(folder.path, artifactIdOf('same')))).nlink).toBe(1)
  expect(await leftovers(folder.path)).toEqual([])
})

describe('AS-10 AS-11 what is not the artifact', () => {
  it.each(['', 'hell', 'hellp', 'hello hello'])(
    'is never given out nor overwritten: %j',
    async (foreign) => {
      await using folder = await temporaryFolder()
      await using store = await openFsArtifacts(folder)
      const id = artifactIdOf('hello')
      await mkdir(dirname(fileOf(folder.path, id)), { recursive: true })
      await writeFile(fileOf(folder.path, id), foreign)
      const damage = {
        code: 'artifact_corruption',
        details: { artifactId: id, expected: id, actual: artifactIdOf(foreign) },
      }
      await expect(store.get(id)).rejects.toMatchObject(damage)
      await expect(store.put('output', bytesOf('hello'))).rejects.toMatchObject(damage)
      expect(await codeOf(store.getMany([id]))).toBe('artifact_corruption')
      expect(await store.exists(id)).toBe(true)
      expect(await readFile(fileOf(folder.path, id), 'utf8')).toBe(foreign)
      expect(await leftovers(folder.path)).toEqual([])
      expect(await store.erase(id)).toBe(true)
      expect(await store.put('output', bytesOf('hello'))).toBe(id)
    },
  )

  it('may be a folder or a pipe', async () => {
    await using folder = await temporaryFolder()
    await using store = await openFsArtifacts(folder)
    const [one, two] = [artifactIdOf('one'), artifactIdOf('two')]
    await mkdir(fileOf(folder.path, one), { recursive: true })
    await mkdir(dirname(fileOf(folder.path, two)), { recursive: true })
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', fileOf(folder.path, two)])
    for (const id of [one, two]) expect(await codeOf(store.get(id))).toBe('artifact_corruption')
    expect(await codeOf(store.put('output', bytesOf('one')))).toBe('artifact_corruption')
  })
})

it('AS-14 an aborted put leaves nothing', async () => {
  await using folder = await temporaryFolder()
  await using store = await openFsArtifacts(folder)
  const bytes = Buffer.alloc(30_000_000, 'abc')
  const controller = new AbortController()
  const putting = store.put('attachment', bytes, { signal: controller.signal })
  while ((await leftovers(folder.path)).length === 0) await store.exists(artifactIdOf(''))
  controller.abort(new Error('enough'))
  await expect(putting).rejects.toBe(controller.signal.reason)
  expect(await leftovers(folder.path)).toEqual([])
  expect(await collect(store.list())).toEqual([])
  expect(await store.put('attachment', bytes)).toBe(artifactIdOf(bytes))
})

it('a put begins anew where its folder is removed under it', async () => {
  await using folder = await temporaryFolder()
  await using store = await openFsArtifacts(folder)
  const [one, two] = neighbours()
  const id = await store.put('output', bytesOf(one))
  await rm(join(folder.path, id.slice(0, 2)), { recursive: true })
  expect(await store.put('output', bytesOf(two))).toBe(artifactIdOf(two))
  expect(await collect(store.list())).toEqual([artifactIdOf(two)])
  expect(await leftovers(folder.path)).toEqual([])
})

it('AS-24 AS-28 foreign names are no artifacts', async () => {
  await using folder = await temporaryFolder()
  await using store = await openFsArtifacts(folder)
  const texts = Array.from({ length: 200 }, (_, index) => `artifact ${index}`)
  const ids = await store.putMany(texts.map((text) => ({ kind: 'output', bytes: bytesOf(text) })))
  const [first = artifactIdOf('')] = ids
  const beside = dirname(fileOf(folder.path, first))
  for (const name of [first.toUpperCase(), `${first}.bak`, first.slice(1), artifactIdOf('else')])
    await writeFile(join(beside, name), 'x')
  await mkdir(join(folder.path, 'AB'))
  await mkdir(join(folder.path, 'abc'))
  await writeFile(join(folder.path, 'notes'), 'x')
  expect((await collect(store.list())).sort()).toEqual(Array.from(ids).sort())
})

it('AS-23 many are stored as each alone: in order, doubles included, each checked', async () => {
  await using folder = await temporaryFolder()
  await using store = await openFsArtifacts({ ...folder, limits: { payloadBytes: 10 } })
  const given = ['b', 'a', 'b', ''].map((text) => ({ kind: 'output', bytes: bytesOf(text) }))
  expect(await store.putMany(given)).toEqual(['b', 'a', 'b', ''].map((text) => artifactIdOf(text)))
  expect((await store.getMany([artifactIdOf('a'), artifactIdOf('none')])).map(textOf)).toEqual([
    'a',
    undefined,
  ])
  const tooLarge = [...given, { kind: 'output', bytes: bytesOf('longer than ten') }]
  expect(await codeOf(store.putMany(tooLarge))).toBe('payload_too_large')
  expect(await codeOf(store.putMany([{ kind: 'No', bytes: bytesOf('') }]))).toBe('invalid_id')
})

it('AS-26 an erased artifact is absent and can be stored again', async () => {
  await using folder = await temporaryFolder()
  await using store = await openFsArtifacts(folder)
  const [one, two] = neighbours()
  const [id, other] = await store.putMany(
    [one, two].map((text) => ({ kind: 'output', bytes: bytesOf(text) })),
  )
  if (id === undefined || other === undefined) throw new Error('two ids were due')
  expect([await store.erase(id), await store.erase(id)]).toEqual([true, false])
  expect(await codeOf(store.get(id))).toBe('artifact_not_found')
  expect(await store.exists(id)).toBe(false)
  expect(textOf(await store.get(other))).toBe(two)
  expect(await store.put('output', bytesOf(one))).toBe(id)
})
