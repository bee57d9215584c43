import type {
  ArtifactId,
  EventEnvelope,
  EventStore,
  FactIndex,
  FactKey,
  RunId,
} from '@mfm/core-types'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { rebuildFactIndex } from './rebuild-fact-index.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const idOf = (digit: string): ArtifactId => digit.repeat(64) as ArtifactId
const [A, B] = [idOf('a'), idOf('b')]

function fact(seq: number, key: FactKey, payloadId: ArtifactId): EventEnvelope {
  const event = { type: 'fact_recorded', v: 1, key, payloadId, meta: {} } as const
  return { runId: RUN, seq, tsMillis: null, prev: null, event }
}

async function entriesOf(facts: FactIndex): Promise<ReadonlyMap<FactKey, ArtifactId>> {
  const entries = new Map<FactKey, ArtifactId>()
  for await (const [key, id] of facts.entries(RUN)) entries.set(key, id)
  return entries
}

/** A stream as no store would give it out: its own checks are left aside. */
function streamOf(envelopes: readonly EventEnvelope[]): EventStore {
  const { events } = openMemoryStores()
  return Object.assign(Object.create(events), {
    async *read() {
      yield* envelopes
    },
  })
}

describe('rebuildFactIndex', () => {
  it('binds every fact of the stream in an index that was emptied', async () => {
    const { events, facts } = openMemoryStores()
    const recorded = Array.from({ length: 150 }, (_, index) => fact(index + 1, `key ${index}`, A))
    await events.append(RUN, 0, recorded)
    const rebuilt = await rebuildFactIndex({ events, facts }, RUN)
    expect(rebuilt).toEqual({ facts: 150, bound: 150, replaced: 0 })
    expect(await entriesOf(facts)).toEqual(new Map(recorded.map((_, at) => [`key ${at}`, A])))
    expect(await rebuildFactIndex({ events, facts }, RUN)).toEqual({
      facts: 150,
      bound: 0,
      replaced: 0,
    })
  })

  it('replaces what contradicts the stream and keeps what is not on it yet', async () => {
    const { events, facts } = openMemoryStores()
    await events.append(RUN, 0, [fact(1, 'k', A)])
    await facts.bindIfUnset(RUN, 'k', B)
    await facts.bindIfUnset(RUN, 'about to be recorded', B)
    expect(await rebuildFactIndex({ events, facts }, RUN)).toMatchObject({ bound: 0, replaced: 1 })
    const expected: [FactKey, ArtifactId][] = [
      ['k', A],
      ['about to be recorded', B],
    ]
    expect(await entriesOf(facts)).toEqual(new Map(expected))
  })

  it('does nothing for an unknown run', async () => {
    const { events, facts } = openMemoryStores()
    expect(await rebuildFactIndex({ events, facts }, RUN)).toEqual({
      facts: 0,
      bound: 0,
      replaced: 0,
    })
  })

  it.each([
    ['fact_recorded_conflict', fact(3, 'k', B)],
    ['fact_recorded_malformed', fact(3, 'k', 'A' as ArtifactId)],
  ])('changes nothing where the stream ends in %s', async (code, last) => {
    const { facts } = openMemoryStores()
    const events = streamOf([fact(1, 'k', A), fact(2, 'k', A), last])
    await expect(rebuildFactIndex({ events, facts }, RUN)).rejects.toMatchObject({
      code,
      details: { seq: 3 },
    })
    expect(await entriesOf(facts)).toEqual(new Map())
  })

  it('gives up on a key that somebody keeps binding otherwise', async () => {
    const { events, facts } = openMemoryStores()
    await events.append(RUN, 0, [fact(1, 'k', A)])
    const stubborn: FactIndex = Object.assign(Object.create(facts), {
      bindIfUnset: async () => ({ artifactId: B, inserted: false }),
      unbindIfMatches: async () => true,
    })
    await expect(rebuildFactIndex({ events, facts: stubborn }, RUN)).rejects.toMatchObject({
      code: 'fact_binding_conflict',
      details: { seq: 1, bound: B, given: A },
    })
  })

  it('ends with the reason of its signal', async () => {
    const { events, facts } = openMemoryStores()
    await events.append(RUN, 0, [fact(1, 'k', A)])
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await expect(rebuildFactIndex({ events, facts }, RUN, { signal })).rejects.toBe(reason)
  })
})
