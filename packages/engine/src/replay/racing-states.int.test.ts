import { openMemoryStores } from '@mfm/store-memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MoodyWorld, racingPlan, steps } from '../../test/racing-state.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'

/** More of them are run by hand, with `RACING_PROGRAMS=20000`. */
const RUNS = Number(process.env['RACING_PROGRAMS'] ?? 200)

const moods = fc.array(fc.nat({ max: 15 }), { minLength: 1, maxLength: 12 })
const runs = fc.record({
  states: fc.array(steps, { minLength: 1, maxLength: 3 }),
  live: moods,
  replay: moods,
  isAtomic: fc.boolean(),
})

const runConfig = config({ retry: retries(3) })

function benchOn(stores: ReturnType<typeof openMemoryStores>, world: MoodyWorld, isAtomic = true) {
  const { atomic, ...plain } = stores
  const bench = new Bench(world.stores(isAtomic ? stores : plain))
  bench.answer = () => world.answer()
  return bench
}

describe('states that race with themselves', () => {
  it('verify, however long calls, reads and writes take', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ states, live, replay, isAtomic }) => {
        const stores = openMemoryStores()
        const plan = racingPlan(states)
        const { engine } = benchOn(stores, new MoodyWorld(live), isAtomic)
        await engine.start({ plan, runConfig, runId: RUN })
        const later = benchOn(stores, new MoodyWorld(replay), isAtomic)
        const report = await later.engine.verify({ plan, runId: RUN })
        expect(report).toMatchObject({ verdict: 'identical', differences: [] })
      }),
      { numRuns: RUNS },
    )
  }, 3_600_000)

  it('verify after a process died in the middle and another went on', async () => {
    await fc.assert(
      fc.asyncProperty(runs, fc.nat({ max: 60 }), async (run, lives) => {
        const { states, live, replay, isAtomic } = run
        const stores = openMemoryStores()
        const plan = racingPlan(states)
        const mortal = new MoodyWorld(live, lives)
        const first = benchOn(stores, mortal, isAtomic)
        await Promise.race([first.engine.start({ plan, runConfig, runId: RUN }), mortal.died()])
        fc.pre((await stores.events.headSeq(RUN)) > 0)
        const second = benchOn(stores, new MoodyWorld(live), isAtomic)
        await second.engine.resume({ plan, runId: RUN })
        const later = benchOn(stores, new MoodyWorld(replay), isAtomic)
        const report = await later.engine.verify({ plan, runId: RUN })
        expect(report).toMatchObject({ verdict: 'identical', differences: [] })
      }),
      { numRuns: RUNS },
    )
  }, 3_600_000)
})
