import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stores } from '@mfm/core-types'
import { openFsArtifacts } from '@mfm/store-fs'
import { openMemoryStores } from '@mfm/store-memory'
import { openSqliteStores } from '@mfm/store-sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundleOf, config, engineOn, importInto, plan, RUN, record } from './runs.fixture.ts'

let folder = ''
const open: Stores[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mfm-bundle-'))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map(async (stores) => await stores.close()))
  await rm(folder, { recursive: true })
})

async function sqlite(name: string): Promise<Stores> {
  const stores = await openSqliteStores({ path: join(folder, name) })
  open.push(stores)
  return stores
}

async function mixed(): Promise<Stores> {
  const { events, facts } = await sqlite('mixed.db')
  const artifacts = await openFsArtifacts({ path: join(folder, 'artifacts') })
  const stores = { events, facts, artifacts, close: async () => await artifacts.close() }
  open.push(stores)
  return stores
}

const TARGETS: readonly (readonly [string, () => Promise<Stores>])[] = [
  ['another SQLite file', async () => await sqlite('target.db')],
  ['memory', async () => openMemoryStores()],
  ['events in SQLite and artifacts in files', mixed],
]

describe('a run interrupted on SQLite', () => {
  it.each(TARGETS)('goes on in %s', async (_name, openTarget) => {
    const source = await sqlite('source.db')
    const stop = new AbortController()
    const { phase } = await engineOn(source).start({
      plan: plan(() => stop.abort()),
      runConfig: config(),
      runId: RUN,
      signal: stop.signal,
    })
    expect(phase).toBe('running')
    const bundle = await bundleOf(source)

    const target = await openTarget()
    const report = await importInto(target, bundle)
    expect(report).toMatchObject({ runs: [{ runId: RUN, status: 'imported' }], missing: [] })
    const resumed = await engineOn(target).resume({ plan: plan(), runId: RUN })
    const here = await engineOn(source).resume({ plan: plan(), runId: RUN })

    expect(resumed.phase).toBe('completed')
    expect(resumed.head).toEqual(here.head)
    expect(resumed.finalSnapshotId).toBe(here.finalSnapshotId)
    const { differences } = await engineOn(target).verify({ plan: plan(), runId: RUN })
    expect(differences).toEqual([])
    expect(await bundleOf(target)).toEqual(await bundleOf(source))
  })
})

describe('a finished run', () => {
  it('has equal bytes from every store', async () => {
    const bundles: Buffer[] = []
    for (const [, openTarget] of TARGETS) {
      const stores = await openTarget()
      await record(stores)
      bundles.push(await bundleOf(stores))
    }
    const [first] = bundles
    for (const bundle of bundles) expect(bundle.equals(first ?? Buffer.of())).toBe(true)
  })
})
