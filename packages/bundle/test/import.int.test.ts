import { canonicalize, sha256 } from '@mfm/canonical-json'
import type { ArtifactStore, EventEnvelope, RunId, Stores } from '@mfm/core-types'
import { openMemoryStores } from '@mfm/store-memory'
import { beforeEach, describe, expect, it } from 'vitest'
import { importBundle } from '../src/index.ts'
import {
  bundleOf,
  config,
  engineOn,
  eventsOf,
  importInto,
  OTHER_RUN,
  plan,
  portions,
  RUN,
  record,
} from './runs.fixture.ts'

let source: Stores
let target: Stores

beforeEach(() => {
  source = openMemoryStores()
  target = openMemoryStores()
})

async function interrupt(stores: Stores): Promise<void> {
  const stop = new AbortController()
  const request = { plan: plan(() => stop.abort()), runConfig: config(), runId: RUN }
  await engineOn(stores).start({ ...request, signal: stop.signal })
}

describe('a run that the target has', () => {
  it('is left as it is where it is the same', async () => {
    await record(source)
    const bundle = await bundleOf(source)
    await importInto(target, bundle)
    const before = await eventsOf(target)
    expect((await importInto(target, bundle)).runs).toMatchObject([{ status: 'present' }])
    expect(await eventsOf(target)).toEqual(before)
  })

  it('gets the events that it lacks', async () => {
    await interrupt(source)
    await importInto(target, await bundleOf(source))
    await engineOn(source).resume({ plan: plan(), runId: RUN })
    const whole = await bundleOf(source)
    expect((await importInto(target, whole)).runs).toMatchObject([{ status: 'completed' }])
    expect(await bundleOf(target)).toEqual(whole)
  })

  it('keeps what it has beyond the bundle', async () => {
    await interrupt(source)
    const bundle = await bundleOf(source)
    await engineOn(source).resume({ plan: plan(), runId: RUN })
    const [run] = (await importInto(source, bundle)).runs
    expect(run).toEqual({ runId: RUN, status: 'ahead', headSeq: (await eventsOf(source)).length })
  })

  it('refuses another history, and nothing of the bundle is written', async () => {
    await record(source)
    await record(source, OTHER_RUN)
    const other: EventEnvelope = {
      runId: OTHER_RUN,
      seq: 1,
      tsMillis: 5,
      prev: null,
      event: domain('mine'),
    }
    await target.events.append(OTHER_RUN, 0, [other])
    await expect(importInto(target, await bundleOf(source, RUN, OTHER_RUN))).rejects.toMatchObject({
      code: 'bundle_conflict',
      details: { runId: OTHER_RUN, seq: 1 },
    })
    expect(await eventsOf(target)).toEqual([])
    expect(await eventsOf(target, OTHER_RUN)).toEqual([other])
  })
})

describe('what is taken', () => {
  it('has its fact index', async () => {
    await record(source)
    await importInto(target, await bundleOf(source))
    const entries = async ({ facts }: Stores): Promise<unknown> => {
      const found = new Map<string, string>()
      for await (const [key, id] of facts.entries(RUN)) found.set(key, id)
      return found
    }
    expect(await entries(target)).toEqual(await entries(source))
  })

  it('is not visible before the end of the source', async () => {
    await record(source)
    const bundle = await bundleOf(source)
    const seen: number[] = []
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const portion of portions(bundle)) {
        seen.push(await target.events.headSeq(RUN))
        yield portion
      }
      seen.push(await target.events.headSeq(RUN))
    }
    await importBundle({ stores: target, source: watched() })
    expect(seen.length).toBeGreaterThan(10)
    expect(new Set(seen)).toEqual(new Set([0]))
    expect(await target.events.headSeq(RUN)).toBeGreaterThan(0)
  })

  it('can be taken again after the store failed in the middle', async () => {
    await record(source)
    const bundle = await bundleOf(source)
    const artifacts = failingOnce(target.artifacts)
    await expect(importInto({ ...target, artifacts }, bundle)).rejects.toThrow('the disk is full')
    expect(await eventsOf(target)).toEqual([])
    await importInto({ ...target, artifacts }, bundle)
    expect(await bundleOf(target)).toEqual(bundle)
  })

  it('may have more events than stay in memory', { timeout: 60_000 }, async () => {
    const events = stream(RUN, 14_000, 'x'.repeat(1000))
    for (let first = 0; first < events.length; first += 1000) {
      await source.events.append(RUN, first, events.slice(first, first + 1000))
    }
    const bundle = await bundleOf(source)
    await importBundle({ stores: target, source: portions(bundle, 2 ** 16) })
    expect((await bundleOf(target)).equals(bundle)).toBe(true)
  })
})

describe('a signal', () => {
  it('ends the import, and nothing is visible', async () => {
    await record(source)
    const stop = new AbortController()
    const bundle = await bundleOf(source)
    let closed = false
    async function* stopping(): AsyncGenerator<Uint8Array> {
      try {
        yield bundle.subarray(0, 4000)
        stop.abort(new Error('enough'))
        yield bundle.subarray(4000)
      } finally {
        closed = true
      }
    }
    const importing = importBundle({ stores: target, source: stopping(), signal: stop.signal })
    await expect(importing).rejects.toThrow('enough')
    expect(await eventsOf(target)).toEqual([])
    expect(closed).toBe(true)
  })
})

function domain(name: string, payload = ''): EventEnvelope['event'] {
  return { type: 'domain', v: 1, name, payload, payloadRef: null, stateId: null, attempt: null }
}

function stream(runId: RunId, length: number, payload: string): EventEnvelope[] {
  let prev: EventEnvelope['prev'] = null
  return Array.from({ length }, (_, index) => {
    const event = domain(`event ${index}`, payload)
    const envelope: EventEnvelope = { runId, seq: index + 1, tsMillis: null, prev, event }
    prev = sha256(canonicalize(envelope))
    return envelope
  })
}

/** Without `putMany`, so that every document is a put. */
function failingOnce(artifacts: ArtifactStore): ArtifactStore {
  let puts = 0
  return {
    description: { ...artifacts.description, capabilities: [] },
    put: async (kind, bytes, options) => {
      puts += 1
      if (puts === 5) throw new Error('the disk is full')
      return await artifacts.put(kind, bytes, options)
    },
    get: async (id, options) => await artifacts.get(id, options),
    exists: async (id, options) => await artifacts.exists(id, options),
    close: async () => await artifacts.close(),
  }
}
