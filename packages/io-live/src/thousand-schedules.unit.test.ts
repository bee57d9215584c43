import type { ArtifactStore, IoProvider } from '@mfm/core-types'
import { FactSource, ReplayIo } from '@mfm/io-replay'
import { SecretGuard } from '@mfm/secrets'
import type { MemoryStores } from '@mfm/store-memory'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { LiveBench, RUN, STATE } from '../test/live.fixture.ts'
import { Chance } from '../test/racing-program.fixture.ts'

const CALLS = 100
const SCHEDULES = 1000

type Answer = (index: number) => Promise<number>

/**
 * A hundred calls at once, of which some ask for a key that another one asks for; and more when these have been answered.
 * What it gives says who went on when.
 */
async function program(io: IoProvider, answer: Answer): Promise<string> {
  const seen: unknown[] = []
  const branches = Array.from({ length: CALLS }, async (_, index) => {
    const factKey = index % 5 === 4 ? `key ${index % 3}` : undefined
    const request = factKey ?? { index }
    const perform = async () => ({ response: await answer(index) })
    const { response } = await io.call({ namespace: 'test', request, factKey, perform })
    seen.push([index, response])
    // What is asked for now depends on who came first.
    const again = `key ${seen.length % 3}`
    const next = { namespace: 'test', request: again, factKey: again, perform }
    if (index % 5 >= 3) seen.push([index, 'again', (await io.call(next)).response])
    if (index % 10 === 5) seen.push([index, await io.recordValue(`value ${seen.length}`, index)])
  })
  const first = await Promise.race(branches.map(async (branch, index) => branch.then(() => index)))
  await Promise.all(branches)
  return JSON.stringify([first, ...seen])
}

/** Answers in an order of its own: the next when everything that the one before brought about has happened. */
async function live(stores: MemoryStores, chance: Chance): Promise<string> {
  const asked: (() => void)[] = []
  const running = program(new LiveBench(stores).live(), async (index) => {
    await new Promise<void>((resolve) => asked.push(resolve))
    return index
  })
  return await chance.release(asked, running)
}

/** @param chance in which order reads come back; at once where absent */
async function replay(stores: MemoryStores, chance?: Chance): Promise<string> {
  const asked: (() => void)[] = []
  const late = async <T>(read: () => Promise<T>): Promise<T> => {
    if (chance !== undefined) await new Promise<void>((resolve) => asked.push(resolve))
    return await read()
  }
  const { events, artifacts } = stores
  const source = { events, artifacts: oneByOne(artifacts, (id) => late(() => artifacts.get(id))) }
  const io = new ReplayIo({
    scope: { runId: RUN, stateId: STATE, attempt: 0 },
    source: await FactSource.load(source, RUN),
    guard: new SecretGuard({ mode: 'refuse' }),
  })
  const running = program(io, () => Promise.reject(new Error('a replay performs nothing')))
  return chance === undefined ? await running : await chance.release(asked, running)
}

/** Each payload is read for itself. */
function oneByOne(artifacts: ArtifactStore, get: ArtifactStore['get']): ArtifactStore {
  return {
    description: { ...artifacts.description, capabilities: [] },
    put: (kind, bytes) => artifacts.put(kind, bytes),
    exists: (id) => artifacts.exists(id),
    close: () => artifacts.close(),
    get,
  }
}

describe('a hundred concurrent calls', () => {
  it('replay to the result of their run, in whichever of 1,000 orders they were answered', async () => {
    const results = new Set<string>()
    for (let seed = 0; seed < SCHEDULES; seed += 1) {
      const stores = openMemoryStores()
      const result = await live(stores, new Chance(seed))
      expect(await replay(stores)).toBe(result)
      results.add(result)
    }
    expect(results.size).toBe(SCHEDULES)
  }, 60_000)

  it('replay to one result, in whichever of 1,000 orders their facts are read', async () => {
    const stores = openMemoryStores()
    const result = await live(stores, new Chance(1))
    for (let seed = 0; seed < SCHEDULES; seed += 1) {
      expect(await replay(stores, new Chance(seed))).toBe(result)
    }
  }, 60_000)
})
