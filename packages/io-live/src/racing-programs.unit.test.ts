import type { Stores } from '@mfm/core-types'
import { FactSource, ReplayIo } from '@mfm/io-replay'
import { SecretGuard } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LiveBench, RUN, STATE } from '../test/live.fixture.ts'
import type { Program } from '../test/racing-program.fixture.ts'
import { Chance, program, run } from '../test/racing-program.fixture.ts'
import { envelopeDigest } from './run-head.ts'
import { RunWriter } from './run-writer.ts'

/** The same ones each time; by hand any, and more of them, with `RACING_PROGRAMS=20000`. */
const MORE = process.env['RACING_PROGRAMS']
const EXTENT = MORE === undefined ? { numRuns: 400, seed: 42 } : { numRuns: Number(MORE) }

/** A store whose answers take their time. */
function slow<Store extends object>(
  store: Store,
  methods: readonly string[],
  chance: Chance,
): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      const method = member.bind(target)
      if (!methods.includes(String(name))) return method
      return async (...given: unknown[]) => {
        await chance.pause()
        const result = await method(...given)
        await chance.pause()
        return result
      }
    },
  })
}

function slowStores({ atomic, ...stores }: Stores, chance: Chance, isAtomic: boolean): Stores {
  const { events, artifacts, facts } = stores
  return {
    events: slow(events, ['append'], chance),
    artifacts: slow(artifacts, ['get', 'getMany', 'put'], chance),
    facts: slow(facts, ['get', 'bindIfUnset'], chance),
    ...(isAtomic && atomic && { atomic: slow(atomic, ['recordAtomically'], chance) }),
    close: () => stores.close(),
  }
}

interface Seeds {
  readonly live: number
  readonly replay: number
  readonly isAtomic: boolean
  /** Steps of the world after which an attempt before dies, or `undefined` for an attempt on an empty stream. */
  readonly diesAfter: number | undefined
}

class RacingRun {
  readonly #stores = openMemoryStores()
  readonly #program: Program
  readonly #seeds: Seeds

  constructor(steps: Program, seeds: Seeds) {
    this.#program = steps
    this.#seeds = seeds
  }

  /** One attempt in live mode, on what the stream holds already; an attempt that dies has no trace. */
  async live(attempt: number, steps?: number): Promise<readonly unknown[] | undefined> {
    const chance = new Chance(this.#seeds.live + attempt)
    const stores = slowStores(this.#stores, chance, this.#seeds.isAtomic)
    const io = new LiveBench(stores).live({
      attempt,
      writer: new RunWriter({ stores, runId: RUN, head: await this.#head(), isNew: attempt === 0 }),
      clock: () => chance.below(1000),
      randomBytes: (length) => new Uint8Array(length).fill(chance.below(256)),
    })
    const trace = await chance.drive(run(this.#program, io, chance), steps ?? 100_000)
    if (trace !== undefined) await chance.drive(io.close())
    return trace
  }

  async replay(
    attempt: number,
    seed = this.#seeds.replay,
  ): Promise<readonly unknown[] | undefined> {
    const chance = new Chance(seed)
    const io = new ReplayIo({
      scope: { runId: RUN, stateId: STATE, attempt },
      source: await FactSource.load(slowStores(this.#stores, chance, false), RUN),
      guard: new SecretGuard({ mode: 'refuse' }),
    })
    const refuse = () => {
      throw new Error('a replay performs nothing')
    }
    const world = { perform: refuse, chunks: refuse }
    return await chance.drive(run(this.#program, io, world), 100_000)
  }

  async #head() {
    let head = { seq: 0, digest: null as ReturnType<typeof envelopeDigest> | null }
    for await (const envelope of this.#stores.events.read(RUN)) {
      head = { seq: envelope.seq, digest: envelopeDigest(envelope) }
    }
    return head
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#head()).seq === 0
  }
}

const seeds: fc.Arbitrary<Seeds> = fc.record({
  live: fc.integer(),
  replay: fc.integer(),
  isAtomic: fc.boolean(),
  diesAfter: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
})

describe('a program that races with itself', () => {
  it('goes on in the same order in its first run and in replay', async () => {
    await fc.assert(
      fc.asyncProperty(program, seeds, async (steps, own) => {
        const racing = new RacingRun(steps, own)
        let attempt = 0
        if (own.diesAfter !== undefined) {
          await racing.live(0, own.diesAfter)
          attempt = 1
        }
        const trace = await racing.live(attempt)
        expect(trace).toBeDefined()
        if (await racing.isEmpty()) return
        expect(await racing.replay(attempt)).toEqual(trace)
      }),
      EXTENT,
    )
  }, 3_600_000)
})
