import { readdir } from 'node:fs/promises'
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
    for (const size of [100, 300_000, 3_000_000]) {
      await using child = new Child('put-for-ever.child.ts', [folder.path, String(size)])
      acknowledged.push((await child.next()) as ArtifactId, (await child.next()) as ArtifactId)
      child.process.kill('SIGKILL')
      acknowledged.push(...((await child.rest()) as ArtifactId[]))
      expect(await child.ended()).toEqual([null, 'SIGKILL'])
      unfinished += (await leftovers(folder.path)).length
    }
    // Four puts were under way at each kill.
    expect(unfinished).toBeGreaterThan(0)

    await using store = await openFsArtifacts({ ...folder, sweepAfterMillis: 0 })
    expect(await leftovers(folder.path)).toEqual([])
    const ids = await collect(store.list())
    expect(ids).toEqual(expect.arrayContaining(acknowledged))
    // Every read is hashed, so what is there is whole.
    expect((await store.getMany(ids)).every((bytes) => bytes !== undefined)).toBe(true)
  },
)

it(
  'nobody sweeps what a living process is writing, nor what is younger than the bound',
  TIMEOUT,
  async () => {
    await using folder = await temporaryFolder()
    await using child = new Child('put-for-ever.child.ts', [folder.path, '20000000'])
    await child.next()
    child.process.kill('SIGSTOP')
    const before = await readdir(`${folder.path}/tmp`)
    expect(before.length).toBeGreaterThan(0)
    await (await openFsArtifacts({ ...folder, sweepAfterMillis: 0 })).close()
    expect(await leftovers(folder.path)).toEqual(before)
    child.process.kill('SIGKILL')
    await child.rest()
    await child.ended()
    await (await openFsArtifacts(folder)).close()
    expect(await leftovers(folder.path)).toEqual(before)
    await (await openFsArtifacts({ ...folder, sweepAfterMillis: 0 })).close()
    expect(await leftovers(folder.path)).toEqual([])
  },
)
