import type { ArtifactId } from '@mfm/core-types'
import { expect, it } from 'vitest'
import { openFsArtifacts } from '../src/index.ts'
import { Child } from './child.ts'
import { collect, leftovers, temporaryFolder } from './temp-folder.ts'

const TIMEOUT = { timeout: 60_000 }

it(
  'AS-27 kill -9 loses nothing that was acknowledged and shows nothing in half',
  TIMEOUT,
  async () => {
    await using folder = await temporaryFolder()
    const acknowledged: ArtifactId[] = []
    let unfinished = 0
    const sizes = [100, 300_000, 3_000_000]
    // Not every kill hits a put in the middle.
    for (let kill = 0; kill < 3 || (unfinished === 0 && kill < 60); kill++) {
      const size = sizes[kill % 3]
      await using child = new Child('put-for-ever.child.ts', [folder.path, String(size)])
      acknowledged.push((await child.next()) as ArtifactId, (await child.next()) as ArtifactId)
      child.process.kill('SIGKILL')
      acknowledged.push(...((await child.rest()) as ArtifactId[]))
      expect(await child.ended()).toEqual([null, 'SIGKILL'])
      unfinished += (await leftovers(folder.path)).length
    }
    expect(unfinished).toBeGreaterThan(0)

    await using store = await openFsArtifacts({ ...folder, sweepAfterMillis: 0 })
    expect(await leftovers(folder.path)).toEqual([])
    const ids = await collect(store.list())
    expect(ids).toEqual(expect.arrayContaining(acknowledged))
    // Every read is hashed, so what is there is whole.
    expect((await store.getMany(ids)).every((bytes) => bytes !== undefined)).toBe(true)
  },
)

it('nobody sweeps what a living process is writing, nor what is younger than the bound', async () => {
  await using folder = await temporaryFolder()
  const openFor = async (sweepAfterMillis?: number): Promise<readonly string[]> => {
    await (await openFsArtifacts({ ...folder, sweepAfterMillis })).close()
    return await leftovers(folder.path)
  }
  await openFor()
  await using child = new Child('leave-unfinished.child.ts', [folder.path])
  const name = await child.next()
  expect(await openFor(0)).toEqual([name])
  child.process.kill('SIGKILL')
  await child.ended()
  expect(await openFor()).toEqual([name])
  expect(await openFor(0)).toEqual([])
})
