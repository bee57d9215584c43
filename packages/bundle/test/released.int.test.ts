import { readdir, readFile } from 'node:fs/promises'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { exportBundle } from '../src/index.ts'
import { bytesOf, engineOn, importInto, plan, RUN } from './runs.fixture.ts'

const folder = new URL('released/', import.meta.url)

/** A file of each format that was ever released stays here, and is never written again. */
describe('a bundle of an earlier release', async () => {
  it.each(await readdir(folder))('%s is read, verified, and exported as it was', async (name) => {
    const bundle = await readFile(new URL(name, folder))
    const stores = openMemoryStores()
    const { manifest, missing } = await importInto(stores, bundle)
    expect(missing).toEqual([])
    expect((await engineOn(stores).verify({ plan: plan(), runId: RUN })).differences).toEqual([])
    const runIds = manifest.runs.map(({ runId }) => runId)
    expect((await bytesOf((await exportBundle({ stores, runIds })).bytes)).equals(bundle)).toBe(
      true,
    )
  })
})
