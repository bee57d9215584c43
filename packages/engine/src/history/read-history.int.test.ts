import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN } from '../../test/run.fixture.ts'

const STEPS = 400
const names = Array.from({ length: STEPS }, (_, n) => `step_${n}`)
const plan = planOf(
  names.map((name, n) =>
    stateOf(name, async ({ io, context }) => {
      const { response } = await io.call({ namespace: 'test', request: { n } })
      context.write(name, response)
    }),
  ),
  names.slice(1).map((name, n) => [names[n] ?? '', name] as const),
)

/** A run that was stopped before its last state. */
async function nearlyDone(): Promise<Bench> {
  const bench = new Bench()
  const stop = new AbortController()
  bench.answer = () => {
    if (bench.calls === STEPS - 1) stop.abort()
    return bench.calls
  }
  await bench.engine.start({ plan, runConfig: config(), runId: RUN, signal: stop.signal })
  return bench
}

describe('a long history', () => {
  it('is summarized, and a resume reads the tail alone', async () => {
    const bench = await nearlyDone()
    const events = await bench.envelopes()
    expect(
      events.filter(({ event }) => event.type === 'history_summarized').length,
    ).toBeGreaterThan(2)
    let read = 0
    const original = bench.stores.events.read.bind(bench.stores.events)
    bench.stores.events.read = async function* (run, range) {
      for await (const envelope of original(run, range)) {
        read += 1
        yield envelope
      }
    }
    const result = await bench.engine.resume({ plan, runId: RUN })
    expect(result.phase).toBe('completed')
    expect(read).toBeLessThan(500)
    expect(await bench.engine.verify({ plan, runId: RUN })).toMatchObject({
      verdict: 'identical',
      counts: { states: STEPS },
    })
  })

  // The call that the stop cut off is made again, so the last two answers are one later.
  it('comes out of its summaries as out of its events', async () => {
    const bench = await nearlyDone()
    const resumed = await bench.engine.resume({ plan, runId: RUN })
    expect(await bench.engine.readContext(resumed.finalSnapshotId)).toEqual(
      Object.fromEntries(names.map((name, n) => [name, n < STEPS - 2 ? n + 1 : n + 2])),
    )
  })
})

describe('two resumers of one run', () => {
  it('one wins, the other stops with event_store_concurrency and has changed nothing', async () => {
    for (let round = 0; round < 20; round += 1) {
      const bench = new Bench()
      bench.failpoints.arm('after_handler')
      const small = planOf(
        [
          stateOf('s', async ({ io }) => void (await io.nowMillis())),
          stateOf(
            't',
            async ({ io }) => void (await io.call({ namespace: 'test', request: { round } })),
          ),
        ],
        [['s', 't']],
      )
      await bench.engine.start({ plan: small, runConfig: config(), runId: RUN })
      const ends = await Promise.allSettled(
        [1, 2].map(() => bench.engine.resume({ plan: small, runId: RUN })),
      )
      const won = ends.filter((end) => end.status === 'fulfilled')
      const lost = ends.filter((end) => end.status === 'rejected')
      expect(won).toHaveLength(1)
      expect(lost).toEqual([
        expect.objectContaining({
          reason: expect.objectContaining({ code: 'event_store_concurrency' }),
        }),
      ])
      expect((await bench.engine.verify({ plan: small, runId: RUN })).verdict).toBe('identical')
    }
  })
})

describe('a plan that changed', () => {
  it('stops a resume with what differs', async () => {
    const bench = new Bench()
    bench.failpoints.arm('after_run_started')
    await bench.engine.start({
      plan: planOf(['a', 'b'], [['a', 'b']]),
      runConfig: config(),
      runId: RUN,
    })
    const before = await bench.envelopes()
    await expect(
      bench.engine.resume({ plan: planOf(['a', 'c'], [['a', 'c']]), runId: RUN }),
    ).rejects.toMatchObject({
      code: 'plan_changed',
      details: {
        differences: expect.arrayContaining([
          {
            change: 'renamed',
            stateId: 'demo.main.b',
            pointer: '/states/1/id',
            recorded: 'demo.main.b',
            planned: 'demo.main.c',
          },
        ]),
      },
    })
    expect(await bench.envelopes()).toEqual(before)
  })
})
