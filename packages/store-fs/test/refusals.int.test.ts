import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { artifactIdOf } from '@mfm/canonical-json'
import { expect, it } from 'vitest'
import { openFsArtifacts } from '../src/index.ts'
import { Child } from './child.ts'
import { bytesOf, codeOf, collect, leftovers, temporaryFolder } from './temp-folder.ts'

it('a file that may not grow refuses with store_unavailable and leaves nothing', async () => {
  await using folder = await temporaryFolder()
  await using store = await openFsArtifacts(folder)
  await chmod(folder.path, 0o777)
  await chmod(join(folder.path, 'tmp'), 0o777)
  await chmod(dirname(dirname(dirname(folder.path))), 0o755)
  // The shell lets the limit be an error of the write instead of a signal. Blocks are of 512 bytes at least.
  const limited = "trap '' XFSZ; ulimit -f 100"
  await using large = new Child('put-one.child.ts', [folder.path, '2000000'], limited)
  expect(await large.next()).toBe('store_unavailable')
  expect(await large.ended()).toEqual([0, null])
  expect(await leftovers(folder.path)).toEqual([])
  expect(await collect(store.list())).toEqual([])
  await using small = new Child('put-one.child.ts', [folder.path, '2000'], limited)
  expect(await small.next()).toBe('ok')
  expect(await small.ended()).toEqual([0, null])
})

it('a folder without the right to write refuses with store_unavailable', async () => {
  await using folder = await temporaryFolder()
  await mkdir(folder.path, { recursive: true, mode: 0o555 })
  await chmod(folder.path, 0o555)
  await chmod(dirname(dirname(dirname(folder.path))), 0o755)
  await using child = new Child('put-one.child.ts', [folder.path, '10'])
  expect(await child.next()).toBe('store_unavailable')
  expect(await child.ended()).toEqual([0, null])
})

it('a folder that cannot be made refuses with the code of the system', async () => {
  await using folder = await temporaryFolder()
  await mkdir(dirname(folder.path), { recursive: true })
  await writeFile(folder.path, 'a file')
  await expect(openFsArtifacts({ path: join(folder.path, 'below') })).rejects.toMatchObject({
    code: 'store_unavailable',
    details: { systemCode: 'ENOTDIR' },
  })
})

it('a folder of a later layout or of another program is not touched', async () => {
  await using folder = await temporaryFolder()
  await mkdir(folder.path, { recursive: true })
  for (const text of ['{"layout":2}', 'no JSON', 'null']) {
    await writeFile(join(folder.path, 'mfm-artifacts.json'), text)
    expect(await codeOf(openFsArtifacts(folder))).toBe('store_schema_unsupported')
  }
})

it('a store that is gone is unavailable, and its artifacts are not absent', async () => {
  await using folder = await temporaryFolder()
  await using store = await openFsArtifacts(folder)
  const id = await store.put('output', bytesOf('a'))
  await rm(folder.path, { recursive: true })
  await mkdir(folder.path)
  const asked = [
    store.get(id),
    store.getMany([id]),
    store.exists(id),
    store.erase(id),
    collect(store.list()),
    store.put('output', bytesOf('a')),
    store.putMany([{ kind: 'output', bytes: bytesOf('b') }]),
  ]
  expect(new Set(await Promise.all(asked.map(codeOf)))).toEqual(new Set(['store_unavailable']))
})

it('a store that was opened to read gives out and changes nothing', async () => {
  await using folder = await temporaryFolder()
  expect(await codeOf(openFsArtifacts({ ...folder, readOnly: true }))).toBe('store_unavailable')
  await using store = await openFsArtifacts(folder)
  const id = await store.put('output', bytesOf('a'))
  await using reader = await openFsArtifacts({ ...folder, readOnly: true })
  expect(await reader.get(id)).toEqual(bytesOf('a'))
  expect(await codeOf(reader.put('output', bytesOf('b')))).toBe('store_unavailable')
  expect(await codeOf(reader.putMany([]))).toBe('store_unavailable')
  expect(await codeOf(reader.erase(id))).toBe('store_unavailable')
  expect(await collect(store.list())).toEqual([id])
})

it.each([
  [{}, '/path'],
  [{ path: '' }, '/path'],
  [{ path: 'a\0b' }, '/path'],
  [{ path: 'x', concurrency: 0 }, '/concurrency'],
  [{ path: 'x', sweepAfterMillis: -1 }, '/sweepAfterMillis'],
  [{ path: 'x', limits: { payloadBytes: 0.5 } }, '/limits/payloadBytes'],
  [{ path: 'x', fanOut: 3 }, ''],
])('the options %j are refused at %s', async (options, pointer) => {
  await expect(openFsArtifacts(options as never)).rejects.toMatchObject({
    code: 'invalid_option',
    details: { problems: [{ pointer }] },
  })
})

it('what is asked after the end is refused, and what was asked before it is done', async () => {
  await using folder = await temporaryFolder()
  const store = await openFsArtifacts({ ...folder, concurrency: 1 })
  const putting = ['a', 'b', 'c'].map((text) => store.put('output', bytesOf(text)))
  const many = store.putMany(['d', 'e'].map((text) => ({ kind: 'output', bytes: bytesOf(text) })))
  await Promise.all([store.close(), store.close()])
  expect(await Promise.all([...putting.map(codeOf), codeOf(many)])).toEqual(Array(4).fill('ok'))
  const id = artifactIdOf('a')
  const late = [store.get(id), store.exists(id), store.erase(id), collect(store.list())]
  expect(new Set(await Promise.all(late.map(codeOf)))).toEqual(new Set(['store_closed']))
})
