import { once } from 'node:events'
import { connect } from 'node:net'
import type {
  ArtifactId,
  EventEnvelope,
  FactIndex,
  FactKey,
  IoProvider,
  JsonValue,
  RunId,
  Stores,
} from '@mfm/core-types'
import { projectFacts, rebuildFactIndex } from '@mfm/facts'
import { openRedisFactIndex } from '@mfm/index-redis'
import { openReplay } from '@mfm/io-replay'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import { openMemoryStores } from '@mfm/store-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRecording } from './open-recording.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId

let redis: PrivateService<'redis'>

beforeAll(async () => {
  redis = await privateService('redis')
})

afterAll(async () => {
  await redis.stop()
})

/** Sends one command past the index. */
async function tell(command: string): Promise<void> {
  const socket = connect(redis.port, redis.host)
  socket.write(`${command}\r\n`)
  const [answer] = await once(socket, 'data')
  socket.destroy()
  if (String(answer).startsWith('-')) throw new Error(String(answer))
}

/** Events and artifacts in memory, facts in Redis: no commit over all three. */
function storesWith(facts: FactIndex): Stores {
  const { events, artifacts } = openMemoryStores()
  return { events, artifacts, facts, close: async () => undefined }
}

/** Ten rounds of eight calls at once; between and during them somebody meddles. */
async function program(io: IoProvider, meddle: (round: number) => void = () => undefined) {
  const answers: JsonValue[] = []
  for (let round = 0; round < 10; round++) {
    const asked = Array.from({ length: 8 }, async (_, index) => {
      const request = { round, index }
      const perform = async () => ({ response: { answered: request } })
      return (await io.call({ namespace: 'test', request, perform })).response
    })
    meddle(round)
    answers.push(...(await Promise.all(asked)))
    await io.recordValue(`round ${round}`, round)
  }
  return answers
}

async function entriesOf(facts: FactIndex): Promise<ReadonlyMap<FactKey, ArtifactId>> {
  const entries = new Map<FactKey, ArtifactId>()
  for await (const [key, id] of facts.entries(RUN)) entries.set(key, id)
  return entries
}

async function streamOf({ events }: Stores): Promise<readonly EventEnvelope[]> {
  const envelopes: EventEnvelope[] = []
  for await (const envelope of events.read(RUN)) envelopes.push(envelope)
  return envelopes
}

async function record(
  stores: Stores,
  meddle?: (round: number) => void,
): Promise<readonly JsonValue[]> {
  await using io = await openRecording({ stores, runId: RUN, clock: () => 1 })
  return await program(io, meddle)
}

describe('a recording whose fact index is flushed in the middle', { timeout: 60_000 }, () => {
  it.each(['FLUSHALL', 'CLIENT KILL TYPE normal'])('ends identical after %s', async (command) => {
    await using calmFacts = await openRedisFactIndex({ url: redis.url, prefix: 'calm' })
    await using facts = await openRedisFactIndex({ url: redis.url, prefix: 'wild' })
    await tell('FLUSHALL')
    const [calm, wild] = [storesWith(calmFacts), storesWith(facts)]
    const expected = await record(calm)
    const meddling: Promise<void>[] = []
    const answers = await record(wild, () => meddling.push(tell(command)))
    await Promise.all(meddling)
    expect(meddling).toHaveLength(10)
    expect(answers).toEqual(expected)
    expect(await streamOf(wild)).toEqual(await streamOf(calm))
    await using replay = await openReplay({ stores: wild, runId: RUN })
    expect(await program(replay)).toEqual(expected)
  })

  it('has its index again once it is rebuilt from the stream', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url })
    const stores = storesWith(facts)
    await record(stores, (round) => {
      if (round === 5) void tell('FLUSHALL')
    })
    await tell('FLUSHALL')
    expect(await entriesOf(facts)).toEqual(new Map())
    const before = await streamOf(stores)
    const rebuilt = await rebuildFactIndex(stores, RUN)
    expect(rebuilt).toEqual({ facts: 90, bound: 90, replaced: 0 })
    const projected = await projectFacts(stores.events.read(RUN))
    const wanted = [...projected].map(([key, { payloadId }]) => [key, payloadId] as const)
    expect(await entriesOf(facts)).toEqual(new Map(wanted))
    expect(await streamOf(stores)).toEqual(before)
  })
})
