import { bytesArtifact, jsonArtifact } from '@mfm/canonical-json'
import type {
  DomainEvent,
  EventEnvelope,
  FactRecorded,
  RunId,
  StateId,
  Stores,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { EMPTY_HEAD, envelopeDigest } from './run-head.ts'
import { RunWriter } from './run-writer.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId

function domain(payload: unknown): DomainEvent {
  return {
    type: 'domain',
    v: 1,
    name: 'note',
    payload: payload as DomainEvent['payload'],
    payloadRef: null,
    stateId: null,
    attempt: null,
  }
}

function fact(
  key: string,
  value: unknown,
): { artifacts: [ReturnType<typeof jsonArtifact>]; event: FactRecorded } {
  const payload = jsonArtifact('fact_payload', value)
  const meta = {
    v: 1,
    namespace: 'value',
    requestId: null,
    outcome: 'answered',
    stateId: 'demo.main.s' as StateId,
    attempt: 0,
    ordinal: 0,
  } as const
  return {
    artifacts: [payload],
    event: { type: 'fact_recorded', v: 1, key, payloadId: payload.id, meta },
  }
}

async function stream({ events }: Stores): Promise<EventEnvelope[]> {
  const all: EventEnvelope[] = []
  for await (const envelope of events.read(RUN)) all.push(envelope)
  return all
}

/** One backend for all three ports, and the same ports as if they were three backends. */
const KINDS: readonly (readonly [string, () => Stores])[] = [
  ['one commit', openMemoryStores],
  [
    'separate ports',
    () => {
      const { events, artifacts, facts, close } = openMemoryStores()
      return { events, artifacts, facts, close }
    },
  ],
]

describe.each(KINDS)('RunWriter with %s', (_kind, open) => {
  it('numbers events, links each to the one before, and keeps order under concurrency', async () => {
    const stores = open()
    const writer = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD, clock: () => 7 })
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => writer.commit({ events: [domain(n), domain(-n)] })),
    )
    const all = await stream(stores)
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
    expect(all.map(({ prev }) => prev)).toEqual([null, ...all.slice(0, -1).map(envelopeDigest)])
    expect(all[4]).toMatchObject({ tsMillis: 7, event: { payload: 2 } })
    const last = all.at(-1)
    expect(writer.head).toEqual({ seq: 40, digest: last && envelopeDigest(last) })
  })

  it('records a fact with its payload and its binding', async () => {
    const stores = open()
    const writer = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    const { artifacts, event } = fact('k', { n: 0.5 })
    expect(await writer.recordFact({ artifacts, event })).toEqual({
      artifactId: event.payloadId,
      inserted: true,
    })
    expect(await stores.facts.get(RUN, 'k')).toBe(event.payloadId)
    expect(await stores.artifacts.get(event.payloadId)).toEqual(artifacts[0].bytes)
    expect((await stream(stores)).map((envelope) => envelope.event)).toEqual([event])
  })

  it('answers a second fact of a key with the first', async () => {
    const stores = open()
    const writer = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    const first = fact('k', 1)
    await writer.recordFact(first)
    expect(await writer.recordFact(fact('k', 2))).toEqual({
      artifactId: first.event.payloadId,
      inserted: false,
    })
    expect(await stream(stores)).toHaveLength(1)
  })

  it('adopts a binding that the index has and the stream has not', async () => {
    const stores = open()
    const orphan = jsonArtifact('fact_payload', 'from a writer that died')
    await stores.artifacts.put(orphan.kind, orphan.bytes)
    await stores.facts.bindIfUnset(RUN, 'k', orphan.id)
    const writer = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    expect(await writer.recordFact(fact('k', 'ours'))).toEqual({
      artifactId: orphan.id,
      inserted: false,
    })
    expect((await stream(stores))[0]?.event).toMatchObject({
      key: 'k',
      payloadId: orphan.id,
      meta: {},
    })
  })

  it('finds a binding that the index has and the stream has not, and appends its event once', async () => {
    const stores = open()
    const dead = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    await dead.recordFact(fact('on the stream', 1))
    const orphan = jsonArtifact('fact_payload', 'from a writer that died')
    await stores.artifacts.put(orphan.kind, orphan.bytes)
    await stores.facts.bindIfUnset(RUN, 'k', orphan.id)
    const writer = new RunWriter({ stores, runId: RUN, head: dead.head })
    expect(await Promise.all([writer.findFact('k'), writer.findFact('k')])).toEqual([
      orphan.id,
      orphan.id,
    ])
    expect(await writer.findFact('k')).toBe(orphan.id)
    expect(await writer.findFact('nobody bound it')).toBeUndefined()
    const events = (await stream(stores)).map(({ event }) => event)
    // One backend binds and appends in one commit, or not at all.
    const adopted = { type: 'fact_recorded', v: 1, key: 'k', payloadId: orphan.id, meta: {} }
    expect(events.slice(1)).toEqual(stores.atomic === undefined ? [adopted] : [])
  })

  it('does not take for an orphan what it is recording itself', async () => {
    const stores = open()
    const before = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    await before.recordFact(fact('on the stream', 1))
    const writer = new RunWriter({ stores, runId: RUN, head: before.head })
    await writer.findFact('load')
    const recording = writer.recordFact(fact('k', 1))
    await Promise.all([writer.findFact('k'), recording, writer.findFact('k')])
    expect(await stream(stores)).toHaveLength(2)
    expect(await writer.factMeta('k')).toEqual(fact('k', 1).event.meta)
  })

  it('is fenced for good by another writer, whose run it leaves as it is', async () => {
    const stores = open()
    const late = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    const other = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    await other.commit({ events: [domain('theirs')] })
    const refused = { code: 'event_store_concurrency' }
    const { artifacts, event } = fact('k', 1)
    await expect(late.recordFact({ artifacts, event })).rejects.toMatchObject({
      code: 'fact_binding_append_failed',
      cause: expect.objectContaining(refused),
    })
    await expect(late.commit({ events: [domain('ours')] })).rejects.toMatchObject(refused)
    expect(await stream(stores)).toHaveLength(1)
    expect(await stores.facts.get(RUN, 'k')).toBeUndefined()
  })

  it('lets a request that cannot be stored spoil only itself', async () => {
    const stores = open()
    const writer = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    const ends = await Promise.allSettled([
      writer.commit({ events: [domain('first')] }),
      writer.commit({ events: [domain('second')] }),
      writer.commit({ events: [domain(Number.NaN)] }),
      writer.commit({ events: [domain('third')] }),
    ])
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    const payloads = (await stream(stores)).map(
      ({ event }) => event.type === 'domain' && event.payload,
    )
    expect(payloads).toEqual(['first', 'second', 'third'])
  })

  it('finds facts of before, with their origin', async () => {
    const stores = open()
    const writer = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    const { artifacts, event } = fact('k', 1)
    await writer.recordFact({ artifacts, event })
    const next = new RunWriter({ stores, runId: RUN, head: writer.head })
    expect(await next.findFact('k')).toBe(event.payloadId)
    expect(await next.factMeta('k')).toEqual(event.meta)
    expect(await next.findFact('other')).toBeUndefined()
    expect(await next.factMeta('other')).toBeUndefined()
  })

  it('goes on after a store that failed for a moment', async () => {
    const stores = open()
    let failures = 1
    const flaky = <T>(act: () => Promise<T>): Promise<T> => {
      if (failures-- > 0) return Promise.reject(new MfmError('store_unavailable'))
      return act()
    }
    const { events, atomic } = stores
    const writer = new RunWriter({
      stores: {
        ...stores,
        events: {
          ...events,
          description: events.description,
          headSeq: (...args) => events.headSeq(...args),
          read: (...args) => events.read(...args),
          listRuns: (...args) => events.listRuns(...args),
          append: (...args) => flaky(() => events.append(...args)),
        },
        ...(atomic && {
          atomic: { recordAtomically: (...args) => flaky(() => atomic.recordAtomically(...args)) },
        }),
      },
      runId: RUN,
      head: EMPTY_HEAD,
    })
    const { artifacts, event } = fact('k', 1)
    await expect(writer.recordFact({ artifacts, event })).rejects.toMatchObject({
      code: 'fact_binding_append_failed',
      cause: expect.objectContaining({ code: 'store_unavailable' }),
    })
    expect(await stores.facts.get(RUN, 'k')).toBeUndefined()
    expect((await writer.recordFact({ artifacts, event })).inserted).toBe(true)
    expect(await stream(stores)).toHaveLength(1)
  })
})

describe('RunWriter with separate ports', () => {
  it('refuses a store that gives a document another address', async () => {
    const { events, artifacts, facts, close } = openMemoryStores()
    const lying: Stores['artifacts'] = {
      description: artifacts.description,
      put: async () => bytesArtifact('fact_payload', new Uint8Array()).id,
      get: (id) => artifacts.get(id),
      exists: (id) => artifacts.exists(id),
      close: () => artifacts.close(),
    }
    const stores: Stores = { events, artifacts: lying, facts, close }
    const writer = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
    await expect(writer.recordFact(fact('k', 1))).rejects.toMatchObject({
      code: 'fact_payload_put_failed',
    })
  })
})
