import { artifactIdOf } from '@mfm/canonical-json'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import type { StreamConfig } from '@nats-io/jetstream'
import { jetstreamManager, StorageType } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openNatsStores } from '../src/index.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId

let server: PrivateService<'nats'>
let connection: NatsConnection

beforeAll(async () => {
  // Short messages, so that parts are short too.
  server = await privateService('nats', { max_payload: '65536' })
  connection = await connect({ servers: server.url })
})

afterAll(async () => {
  await connection.close()
  await server.stop()
})

let count = 0

function freshPrefix(): string {
  count++
  return `test-${count}`
}

function noted(seq: number, payload: string): EventEnvelope {
  const event = { type: 'domain', v: 1, name: 'noted', payload, payloadRef: null } as const
  return {
    runId: RUN,
    seq,
    tsMillis: null,
    prev: null,
    event: { ...event, stateId: null, attempt: null },
  }
}

async function seqsOf(events: AsyncIterable<EventEnvelope>): Promise<number[]> {
  const seqs: number[] = []
  for await (const { seq } of events) seqs.push(seq)
  return seqs
}

/** Subjects of the parts of large documents. */
async function partsOf(prefix: string, area: string): Promise<readonly string[]> {
  const manager = await jetstreamManager(connection)
  const filter = { subjects_filter: `${prefix}.${area}.*.*.*` }
  const { state } = await manager.streams.info(`${prefix}-${area}`, filter)
  return Object.keys(state.subjects ?? {})
}

describe('openings at the same time', () => {
  it('share the streams that one of them makes', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 10; round++) {
      const prefix = freshPrefix()
      const open = () => openNatsStores({ url: server.url, prefix })
      const all = await Promise.all(Array.from({ length: 8 }, open))
      expect(await all[0]?.events.append(RUN, 0, [noted(1, 'first')])).toBe(1)
      expect(await all[7]?.events.headSeq(RUN)).toBe(1)
      await Promise.all(all.map((stores) => stores.close()))
    }
  })
})

describe('what is longer than a message', () => {
  it('is stored in parts, which go with it', async () => {
    const prefix = freshPrefix()
    await using stores = await openNatsStores({ connection, prefix })
    const bytes = Buffer.alloc(200_000, 'long ')
    const id = await stores.artifacts.put('attachment', bytes)
    expect(Buffer.compare(await stores.artifacts.get(id), bytes)).toBe(0)
    expect((await partsOf(prefix, 'artifacts')).length).toBeGreaterThan(3)
    expect(await stores.artifacts.erase(id)).toBe(true)
    expect(await partsOf(prefix, 'artifacts')).toEqual([])
  })

  it('may be one append, which is there whole or not at all', async () => {
    const prefix = freshPrefix()
    await using stores = await openNatsStores({ connection, prefix })
    const long = Array.from({ length: 50 }, (_, index) => noted(index + 1, 'x'.repeat(5000)))
    const other = [noted(1, 'y'.repeat(100_000))]
    const outcomes = await Promise.allSettled([
      stores.events.append(RUN, 0, long),
      stores.events.append(RUN, 0, other),
    ])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const head = await stores.events.headSeq(RUN)
    expect([1, 50]).toContain(head)
    expect(await seqsOf(stores.events.read(RUN))).toHaveLength(head)
    // Those of the loser are taken away behind its back.
    const uploads = async (): Promise<number> =>
      new Set((await partsOf(prefix, 'events')).map((part) => part.split('.')[3])).size
    await expect.poll(uploads).toBe(1)
  })

  it('is a corrupt artifact where a part is missing', async () => {
    const prefix = freshPrefix()
    await using stores = await openNatsStores({ connection, prefix })
    const bytes = Buffer.alloc(200_000, 'long ')
    const id = await stores.artifacts.put('attachment', bytes)
    const [part = ''] = await partsOf(prefix, 'artifacts')
    const manager = await jetstreamManager(connection)
    await manager.streams.purge(`${prefix}-artifacts`, { filter: part })
    const damage = { code: 'artifact_corruption', details: { artifactId: id } }
    await expect(stores.artifacts.get(id)).rejects.toMatchObject(damage)
    await expect(stores.artifacts.put('attachment', bytes)).rejects.toMatchObject(damage)
  })
})

it('parts that nobody finished are swept when they are old enough, and others are not', async () => {
  const prefix = freshPrefix()
  const stores = await openNatsStores({ connection, prefix })
  const id = await stores.artifacts.put('attachment', Buffer.alloc(200_000, 'whole '))
  const whole = await partsOf(prefix, 'artifacts')
  const lost = artifactIdOf('lost')
  const client = (await import('@nats-io/jetstream')).jetstream(connection)
  const subject = `${prefix}.artifacts.${lost}.${(Date.now() - 1000).toString(36)}-abc.0`
  await client.publish(subject, 'half')
  await stores.close()
  const partsAfterOpening = async (sweepAfterMillis?: number): Promise<readonly string[]> => {
    await (await openNatsStores({ connection, prefix, sweepAfterMillis })).close()
    return await partsOf(prefix, 'artifacts')
  }
  expect((await partsAfterOpening()).toSorted()).toEqual([...whole, subject].toSorted())
  expect((await partsAfterOpening(0)).toSorted()).toEqual(whole.toSorted())
  await using again = await openNatsStores({ connection, prefix })
  expect(await again.artifacts.get(id)).toHaveLength(200_000)
})

it('a reading begins anywhere in a stream that others share', async () => {
  const prefix = freshPrefix()
  await using stores = await openNatsStores({ connection, prefix })
  const other = RUN.replace('1', '2') as RunId
  for (let head = 0; head < 60; head += 3) {
    const events = [1, 2, 3].map((step) => noted(head + step, 'x'))
    await stores.events.append(RUN, head, events)
    await stores.events.append(
      other,
      head,
      events.map((envelope) => ({ ...envelope, runId: other })),
    )
  }
  for (const from of [1, 2, 3, 4, 31, 59, 60]) {
    const read = stores.events.read(RUN, { from, to: from + 4 })
    const expected = [0, 1, 2, 3, 4].map((step) => from + step).filter((seq) => seq <= 60)
    expect(await seqsOf(read)).toEqual(expected)
  }
})

it('a message of the middle that is gone is damage with run and number', async () => {
  const prefix = freshPrefix()
  await using stores = await openNatsStores({ connection, prefix })
  for (const seq of [1, 2, 3]) await stores.events.append(RUN, seq - 1, [noted(seq, 'x')])
  await (await jetstreamManager(connection)).streams.deleteMessage(`${prefix}-events`, 2)
  await expect(seqsOf(stores.events.read(RUN))).rejects.toMatchObject({
    code: 'event_store_corruption',
    details: { runId: RUN, seq: 2 },
  })
})

describe('a stream that may drop what is stored in it is refused', () => {
  it.each([
    ['events', { max_age: 60_000_000_000 }, 'max_age'],
    ['artifacts', { max_msgs: 1000 }, 'max_msgs'],
    ['facts', { max_msgs_per_subject: -1 }, 'max_msgs_per_subject'],
  ] satisfies [string, Partial<StreamConfig>, string][])(
    '%s with %j',
    async (area, config, name) => {
      const prefix = freshPrefix()
      const manager = await jetstreamManager(connection)
      const subjects = [`${prefix}.${area}.>`]
      await manager.streams.add({ ...config, name: `${prefix}-${area}`, subjects })
      await expect(openNatsStores({ connection, prefix })).rejects.toMatchObject({
        code: 'store_unsuitable',
        details: { stream: `${prefix}-${area}`, needed: { [name]: expect.any(String) } },
      })
    },
  )
})

it('a server without JetStream is refused', async () => {
  await using plain = await privateService('nats', { jetstream: 'false' })
  await expect(openNatsStores({ url: plain.url })).rejects.toMatchObject({
    code: 'store_unsuitable',
  })
})

it('XX-12 a borrowed connection stays open, and an owned one ends', async () => {
  const prefix = freshPrefix()
  const borrowing = await openNatsStores({ connection, prefix })
  await borrowing.close()
  await borrowing.close()
  expect(connection.isClosed()).toBe(false)
  await expect(borrowing.events.headSeq(RUN)).rejects.toMatchObject({ code: 'store_closed' })
  const owning = await openNatsStores({ url: server.url, prefix })
  await Promise.all([owning.events.close(), owning.artifacts.close()])
  expect(await owning.facts.get(RUN, 'k')).toBeUndefined()
  await owning.close()
  await expect(owning.facts.get(RUN, 'k')).rejects.toMatchObject({ code: 'store_closed' })
})

it('says what survives, no more than the streams give', async () => {
  const prefix = freshPrefix()
  const manager = await jetstreamManager(connection)
  const config = { retention: 'limits', discard: 'new', storage: StorageType.Memory } as const
  await manager.streams.add({
    ...config,
    name: `${prefix}-events`,
    subjects: [`${prefix}.events.>`],
  })
  await using stores = await openNatsStores({ connection, prefix })
  for (const store of [stores.events, stores.artifacts, stores.facts])
    expect(store.description).toMatchObject({ name: 'store-nats', durability: 'process' })
})
