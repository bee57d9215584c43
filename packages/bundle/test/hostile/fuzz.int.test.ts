import { canonicalize } from '@mfm/canonical-json'
import type { ArtifactId, RunId, Stores } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import { beforeAll, expect, it } from 'vitest'
import { exportBundle } from '../../src/index.ts'
import {
  bundleOf,
  bytesOf,
  config,
  engineOn,
  eventsOf,
  importInto,
  OTHER_RUN,
  plan,
  planOf,
  RUN,
  record,
} from '../runs.fixture.ts'
import { entriesOf, eventLines } from './archive.fixture.ts'
import { MUTATIONS, pick, randomFrom } from './mutations.fixture.ts'

/** How many bundles; `MFM_FUZZ_BUNDLES=100000` for the long run, `MFM_FUZZ_SEED` for another one. */
const COUNT = Number(process.env['MFM_FUZZ_BUNDLES'] ?? 3000)
const SEED = Number(process.env['MFM_FUZZ_SEED'] ?? 1)

const ALLOWED = [
  'bundle_invalid',
  'bundle_version_unsupported',
  'bundle_too_large',
  'bundle_incomplete',
  'event_unknown',
]
const LIMITS = { totalBytes: 2 ** 22, documentBytes: 2 ** 20, eventBytes: 2 ** 20, entries: 10_000 }

const corpus: Buffer[] = []

beforeAll(async () => {
  const stores = openMemoryStores()
  await record(stores)
  const failing = planOf([
    ['first', async ({ context, io }) => context.write('now', await io.nowMillis())],
    ['second', () => Promise.reject(new Error('no'))],
  ])
  await engineOn(stores).start({ plan: failing, runConfig: config(), runId: OTHER_RUN })
  const interrupted = openMemoryStores()
  const stop = new AbortController()
  await engineOn(interrupted).start({
    plan: plan(() => stop.abort()),
    runConfig: config(),
    runId: RUN,
    signal: stop.signal,
  })
  const partly = await exportBundle({ stores, runIds: [RUN], omitBodiesAbove: 20 })
  corpus.push(
    await bundleOf(stores, OTHER_RUN),
    await bundleOf(stores, RUN, OTHER_RUN),
    await bundleOf(interrupted),
    await bytesOf(partly.bytes),
  )
})

/** Nothing of a refused bundle is to be seen; what was taken is what the bundle says, to the byte. */
async function outcomeOf(bundle: Buffer): Promise<string> {
  const target = openMemoryStores()
  try {
    await importInto(target, bundle, LIMITS)
  } catch (error) {
    if (!isMfmError(error) || !ALLOWED.includes(error.code)) throw error
    if ((await target.events.listRuns()).items.length > 0)
      throw new Error('a run is visible', { cause: error })
    return `${error.code} ${error.details?.['problem'] ?? ''}`.trimEnd()
  }
  await requireEqual(target, bundle)
  return 'imported'
}

async function requireEqual(target: Stores, bundle: Buffer): Promise<void> {
  const [manifest, ...rest] = entriesOf(bundle)
  const runs = rest.filter(({ name }) => name.startsWith('runs/'))
  for (const entry of runs) {
    const stored = await eventsOf(target, entry.name.slice(5, -6) as RunId)
    expect(stored.map((envelope) => canonicalize(envelope))).toEqual(eventLines(entry))
  }
  for (const { name, content } of rest.slice(runs.length)) {
    const stored = await target.artifacts.get(name.split('/')[2] as ArtifactId)
    expect(content.equals(stored)).toBe(true)
  }
  expect((await target.events.listRuns()).items.length).toBe(runs.length)
  if (!manifest?.content.includes('"omitted":[]')) return
  const runIds = runs.map(({ name }) => name.slice(5, -6) as RunId)
  const { bytes } = await exportBundle({ stores: target, runIds, allowSecrets: true })
  expect((await bytesOf(bytes)).equals(bundle)).toBe(true)
}

it(`gives a typed error or the very runs, ${COUNT} times`, {
  timeout: 100 * COUNT + 60_000,
}, async () => {
  const outcomes = new Map<string, number>()
  const random = randomFrom(SEED)
  const names = Object.keys(MUTATIONS)
  for (let index = 0; index < COUNT; index += 1) {
    const name = names[index % names.length] ?? 'nothing'
    const seed = random(2 ** 32)
    const own = randomFrom(seed)
    let bundle = MUTATIONS[name]?.(pick(corpus, own), own, pick(corpus, own)) ?? Buffer.of()
    if (own(8) === 0 && bundle.length > 512)
      bundle = MUTATIONS['bits']?.(bundle, own, bundle) ?? bundle
    const outcome = await outcomeOf(bundle).catch((error: unknown) => {
      throw new Error(`mutation ${name}, seed ${seed}`, { cause: error })
    })
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  // The mutations reach everything that a reader can find wrong, and some bundles are good.
  expect([...outcomes.keys()]).toEqual(expect.arrayContaining(REACHED))
  if (process.env['MFM_FUZZ_BUNDLES'] !== undefined) {
    const rss = Math.round(process.memoryUsage().rss / 2 ** 20)
    process.stderr.write(
      `${JSON.stringify({ rss, ...Object.fromEntries([...outcomes].sort()) }, null, 1)}\n`,
    )
  }
})

const REACHED = [
  'imported',
  'bundle_version_unsupported',
  'bundle_too_large',
  'bundle_incomplete',
  'event_unknown',
  ...[
    'not_a_bundle',
    'truncated',
    'trailing_data',
    'header',
    'padding',
    'manifest',
    'entry_unexpected',
    'event',
    'event_order',
    'event_link',
    'event_head',
    'document_digest',
    'document_decode',
    'count',
    'root',
  ].map((problem) => `bundle_invalid ${problem}`),
]
