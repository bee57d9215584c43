import { canonicalize } from '@mfm/canonical-json'
import type { ArtifactId, JsonValue, Stores } from '@mfm/core-types'
import { SecretGuard } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import { beforeEach, describe, expect, it } from 'vitest'
import type { DocumentReference } from '../src/index.ts'
import { documentsOf, exportBundle, scanBundle, scanRuns } from '../src/index.ts'
import { entriesOf } from './hostile/archive.fixture.ts'
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
  portions,
  RUN,
  record,
} from './runs.fixture.ts'

let stores: Stores

beforeEach(() => {
  stores = openMemoryStores()
})

const names = (bundle: Buffer): string[] => entriesOf(bundle).map(({ name }) => name)
const kinds = (bundle: Buffer): Set<string> =>
  new Set(names(bundle).flatMap((name) => name.split('/')[1] ?? []))

describe('a bundle', () => {
  it('is the same whatever order and company its runs were written in', async () => {
    await record(stores)
    await record(stores, OTHER_RUN)
    const others = openMemoryStores()
    await record(others, OTHER_RUN)
    await others.artifacts.put('output', Buffer.from('nobody reaches this'))
    await record(others)
    const bundle = await bundleOf(stores, RUN, OTHER_RUN)
    expect((await bundleOf(others, OTHER_RUN, RUN, RUN)).equals(bundle)).toBe(true)
    expect((await bundleOf(others)).equals(await bundleOf(stores))).toBe(true)
  })

  it('holds every document that its run reaches, once, and no other', async () => {
    await record(stores)
    await record(stores, OTHER_RUN)
    await stores.artifacts.put('output', Buffer.from('nobody reaches this'))
    const target = openMemoryStores()
    const bundle = await bundleOf(stores)
    await importInto(target, bundle)
    expect((await engineOn(target).verify({ plan: plan(), runId: RUN })).differences).toEqual([])
    expect(new Set(names(bundle)).size).toBe(names(bundle).length)
    expect(bundle.includes('nobody reaches this')).toBe(false)
    expect(kinds(bundle)).toEqual(
      new Set([
        ...['context_snapshot', 'manifest', 'plan', 'context_value', 'fact_request'],
        ...['fact_payload', 'attachment', `${RUN}.jsonl`],
      ]),
    )
  })

  it('holds the summaries of a long run, and what they name', async () => {
    const states = Array.from({ length: 300 }, (_, index) => {
      const count = async ({
        context,
      }: {
        context: { write(key: string, value: JsonValue): void }
      }) => context.write('count', index)
      return [`s${index}`, count] as const
    })
    await engineOn(stores).start({ plan: planOf(states), runConfig: config(), runId: RUN })
    expect((await eventsOf(stores)).map(({ event }) => event.type)).toContain('history_summarized')
    expect(kinds(await bundleOf(stores))).toContain('history_summary')
  })

  it('of a fork needs nothing of the run that it came from', async () => {
    await record(stores)
    const context = [{ key: 'price', value: 'another value' }]
    const request = { parentId: RUN, at: 'fill', plan: plan(), context, runId: OTHER_RUN }
    await engineOn(stores).fork(request)
    const bundle = await bundleOf(stores, OTHER_RUN)
    expect(bundle.includes('another value')).toBe(true)
    const target = openMemoryStores()
    await importInto(target, bundle)
    const { differences } = await engineOn(target).verify({ plan: plan(), runId: OTHER_RUN })
    expect(differences).toEqual([])
  })

  it('is refused where the store lacks a document', async () => {
    await record(stores)
    const all: DocumentReference[] = []
    for await (const { reference } of documentsOf(await eventsOf(stores), async ({ id }) =>
      stores.artifacts.get(id),
    )) {
      all.push(reference)
    }
    const gone = all.find(({ kind }) => kind === 'attachment')
    const poor: Stores = { ...stores, artifacts: without(stores, gone?.id) }
    await expect(exportBundle({ stores: poor, runIds: [RUN] })).rejects.toMatchObject({
      code: 'bundle_incomplete',
      details: { total: 1, missing: [gone] },
    })
  })

  it('needs a run that is there', async () => {
    const none = exportBundle({ stores, runIds: [RUN] })
    await expect(none).rejects.toMatchObject({ code: 'run_not_found' })
    const nothing = exportBundle({ stores, runIds: [] })
    await expect(nothing).rejects.toMatchObject({ code: 'invalid_option' })
  })
})

describe('a bundle without bodies', () => {
  it('says what is left out, keeps its root, and names what a replay lacks', async () => {
    await record(stores)
    const whole = await exportBundle({ stores, runIds: [RUN] })
    const part = await exportBundle({ stores, runIds: [RUN], omitBodiesAbove: 20 })
    expect(part.manifest.root).toBe(whole.manifest.root)
    expect(part.manifest.omitted.map(({ kind }) => kind)).toEqual(['fact_payload', 'fact_payload'])

    const target = openMemoryStores()
    const { missing } = await importInto(target, await bytesOf(part.bytes))
    expect(missing).toEqual(part.manifest.omitted.map((one) => ({ ...one, runId: RUN })))
    const { differences } = await engineOn(target).verify({ plan: plan(), runId: RUN })
    expect(canonicalize(differences)).toContain('fact_payload_get_failed')
    expect(canonicalize(differences)).toContain(missing[0]?.id)

    await importInto(target, await bytesOf(whole.bytes))
    expect((await engineOn(target).verify({ plan: plan(), runId: RUN })).differences).toEqual([])
    expect((await importInto(target, await bundleOf(stores))).missing).toEqual([])
  })

  it('keeps a value of the context that a fact has too', async () => {
    await record(stores)
    const { manifest } = await exportBundle({ stores, runIds: [RUN], omitBodiesAbove: 0 })
    const target = openMemoryStores()
    const { bytes } = await exportBundle({ stores, runIds: [RUN], omitBodiesAbove: 0 })
    await importInto(target, await bytesOf(bytes))
    const end = (await eventsOf(target)).at(-1)?.event
    if (end?.type !== 'run_completed') throw new Error('no end')
    expect(await engineOn(target).readContext(end.finalSnapshotId, ['text'])).toHaveProperty('text')
    expect(manifest.omitted.length).toBeGreaterThan(2)
  })
})

describe('secrets', () => {
  const TOKEN = 'AKIAIOSFODNN7EXAMPLF'

  async function plant(): Promise<void> {
    const guard = (): SecretGuard =>
      new SecretGuard({
        mode: 'refuse',
        exceptions: [{ rule: 'aws_access_key', reason: 'planted by a test' }],
      })
    const { Engine } = await import('@mfm/engine')
    const engine = new Engine({ stores, guard, clock: () => 1 })
    await engine.start({
      plan: planOf([
        [
          'leak',
          async ({ io, context, events }) => {
            await io.recordValue('token', { nested: [TOKEN] })
            context.write('note', `the id is ${TOKEN}`)
            await events.emit('told', { text: TOKEN })
          },
        ],
      ]),
      runConfig: config(),
      runId: RUN,
    })
  }

  it('are refused by place, and their values are not told', async () => {
    await plant()
    const refused: unknown = await exportBundle({ stores, runIds: [RUN] }).catch(
      (error: unknown) => error,
    )
    expect(refused).toMatchObject({ code: 'secrets_detected' })
    const { hits } = Object(refused).details
    expect(hits).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/event/payload/text', document: null }),
        expect.objectContaining({
          pointer: '/nested/0',
          document: expect.objectContaining({ kind: 'fact_payload' }),
        }),
        expect.objectContaining({
          pointer: '/values/note',
          document: expect.objectContaining({ kind: 'context_snapshot' }),
        }),
      ]),
    )
    expect(JSON.stringify(Object(refused).toJSON()) + Object(refused).stack).not.toContain(TOKEN)
  })

  it('are let out where that is asked for, and found again in the bundle', async () => {
    await plant()
    const { bytes, secrets } = await exportBundle({ stores, runIds: [RUN], allowSecrets: true })
    const bundle = await bytesOf(bytes)
    expect(secrets.total).toBe(3)
    expect(await scanBundle({ source: portions(bundle) })).toEqual(secrets)
    expect(await scanRuns({ stores, runIds: [RUN] })).toEqual(secrets)
  })

  it('are found in bytes that are no JSON', async () => {
    const guard = new SecretGuard({ mode: 'refuse' })
    guard.register('a live value', 'live')
    await record(stores)
    expect((await scanRuns({ stores, runIds: [RUN], guard })).total).toBe(0)
    guard.register('"ask":"price"', 'asked')
    const { hits } = await scanRuns({ stores, runIds: [RUN], guard })
    expect(hits.map(({ document }) => document?.kind)).toContain('attachment')
  })
})

function without({ artifacts }: Stores, id: ArtifactId | undefined): Stores['artifacts'] {
  const none = openMemoryStores().artifacts
  return {
    description: { ...artifacts.description, capabilities: [] },
    put: async (kind, bytes) => await artifacts.put(kind, bytes),
    exists: async (one) => await artifacts.exists(one),
    close: async () => await artifacts.close(),
    get: async (one) => await (one === id ? none : artifacts).get(one),
  }
}
