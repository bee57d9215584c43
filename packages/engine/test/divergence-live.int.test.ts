import { readFileSync } from 'node:fs'
import type {
  DivergencePolicy,
  FactMeta,
  Plan,
  RunConfig,
  RunId,
  StateTools,
} from '@mfm/core-types'
import { DIVERGENCE_POLICIES, hasFactMeta } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { readDivergence } from '../src/index.ts'
import { planOf, stateOf } from './plan.fixture.ts'
import { Bench, config, RUN, retries } from './run.fixture.ts'

const CHILD = '22222222-2222-4333-8444-555555555555' as RunId
const ROOT = import.meta.dirname

/** The first attempt fails after a call, and the second one makes another call under its key. */
function twice(divergence?: DivergencePolicy): Plan {
  return planOf([
    stateOf(
      'ask',
      async ({ io, context }) => {
        const at = await io.nowMillis()
        const request = { token: 't', at, steady: true }
        const { response } = await io.call({ namespace: 'test', request, factKey: 'k' })
        if (at === 1_000) throw new MfmError('http_failed')
        context.write('answer', response)
      },
      divergence === undefined ? {} : { divergence },
    ),
  ])
}

async function run(change: Partial<RunConfig>, plan: Plan = twice()): Promise<Bench> {
  const bench = new Bench(undefined, { sourceRoot: ROOT })
  const runConfig = config({ retry: retries(2, 500), ...change })
  await bench.engine.start({ plan, runConfig, runId: RUN })
  return bench
}

async function metas(bench: Bench, runId: RunId = RUN): Promise<(FactMeta & { key: string })[]> {
  return (await bench.envelopes(runId)).flatMap(({ event }) =>
    event.type === 'fact_recorded' && hasFactMeta(event.meta)
      ? [{ ...event.meta, key: event.key }]
      : [],
  )
}

/** The line of this file that a location names. */
function lineAt(location: string | null | undefined): string {
  const [, file, line] = /^(divergence-live\.int\.test\.ts):(\d+):\d+$/.exec(location ?? '') ?? []
  if (file === undefined) throw new Error(`no place in this file: ${location}`)
  return readFileSync(import.meta.filename, 'utf8').split('\n')[Number(line) - 1] ?? ''
}

describe('a changed request under a key, live', () => {
  it.each<DivergencePolicy>(['strict', 'allow-added', 'allow-reordered'])(
    'stops the run under %s, which keeps what diverged',
    async (divergence) => {
      const bench = await run({ divergence })
      const failed = (await bench.envelopes()).flatMap(({ event }) =>
        event.type === 'state_failed' && event.attempt === 1 ? [event] : [],
      )
      expect(failed).toMatchObject([{ error: { code: 'fact_diverged', retryable: false } }])
      const found = readDivergence(failed[0]?.error.details ?? null)
      expect(found).toMatchObject({
        kind: 'diverged',
        stateId: 'demo.main.ask',
        attempt: 1,
        call: { key: 'k', namespace: 'test', ordinal: 1 },
        pointers: [{ pointer: '/request/at', recorded: 1_000, produced: 1_500 }],
        nearest: [
          {
            key: 'k',
            attempt: 0,
            ordinal: 1,
            differences: [{ pointer: '/at', recorded: 1_000, produced: 1_500 }],
          },
        ],
      })
      expect(lineAt(found?.location.today)).toContain('await io.call(')
      expect(bench.calls).toBe(1)
    },
  )

  it('is the same in a replay, and so no difference', async () => {
    const bench = await run({})
    expect(await bench.engine.verify({ plan: twice(), runId: RUN })).toMatchObject({
      verdict: 'identical',
      phase: 'failed',
    })
    const other = planOf([
      stateOf('ask', async ({ io }) => {
        const at = await io.nowMillis()
        const request = { token: 't', at, steady: at === 1_000 }
        await io.call({ namespace: 'test', request, factKey: 'k' })
        if (at === 1_000) throw new MfmError('http_failed')
      }),
    ])
    expect(await bench.engine.verify({ plan: other, runId: RUN })).toMatchObject({
      verdict: 'different',
      differences: [{ kind: 'diverged', attempt: 1 }],
    })
  })

  it('gets the recorded answer under accept-recorded', async () => {
    const bench = await run({ divergence: 'accept-recorded' })
    expect(await bench.shape()).toContain('run_completed(completed,S1)')
    expect(bench.calls).toBe(1)
    expect(await bench.engine.verify({ plan: twice(), runId: RUN })).toMatchObject({
      verdict: 'allowed',
      allowed: [{ kind: 'diverged', attempt: 1, call: { key: 'k', ordinal: 1 } }],
      context: { answer: { n: 1 } },
    })
  })
})

describe('a changed request that is performed again', () => {
  it('is a fact of its own that names the key it supersedes', async () => {
    const bench = await run({ divergence: 'rerun-if-changed' })
    const calls = (await metas(bench)).filter(({ namespace }) => namespace === 'test')
    const [first, second] = calls
    expect(calls).toMatchObject([
      { key: 'k', attempt: 0 },
      { key: `mfm:rerun|req:${second?.requestId}|key:k`, attempt: 1, supersedes: 'k' },
    ])
    expect(first).not.toHaveProperty('supersedes')
    expect(bench.calls).toBe(2)
  })

  it.each(DIVERGENCE_POLICIES)('replays as it was under %s', async (divergence) => {
    const bench = await run({}, twice('rerun-if-changed'))
    const plan = twice('rerun-if-changed')
    expect(await bench.engine.verify({ plan, runId: RUN, divergence })).toMatchObject({
      verdict: 'identical',
      context: { answer: { n: 2 } },
      unusedFacts: [],
    })
    expect(bench.calls).toBe(2)
  })

  it.each([false, true])('is taken over by a fork (live: %s)', async (live) => {
    const bench = await run({ divergence: 'rerun-if-changed' })
    const { runId } = await bench.engine.fork({
      parentId: RUN,
      runId: CHILD,
      at: 'ask',
      plan: twice(),
      live,
    })
    expect(bench.calls).toBe(2)
    const superseding = (await metas(bench, runId)).filter(({ supersedes }) => supersedes === 'k')
    expect(superseding).toMatchObject([{ attempt: 1 }])
    expect(await bench.engine.verify({ plan: twice(), runId })).toMatchObject({
      verdict: 'identical',
      context: { answer: { n: 2 } },
    })
  })

  it('answers an attempt after a crash without being performed a third time', async () => {
    const bench = new Bench()
    let crashes = 1
    const plan = planOf([
      stateOf('ask', async ({ io, context }) => {
        const request = { isFirst: bench.calls === 0 }
        const { response } = await io.call({ namespace: 'test', request, factKey: 'k' })
        if (request.isFirst) throw new MfmError('http_failed')
        context.write('answer', response)
        if (crashes > 0) bench.failpoints.arm('after_handler')
        crashes -= 1
      }),
    ])
    const runConfig = config({ retry: retries(3), divergence: 'rerun-if-changed' })
    await bench.engine.start({ plan, runConfig, runId: RUN })
    expect(await bench.engine.resume({ plan, runId: RUN })).toMatchObject({ phase: 'completed' })
    expect(bench.calls).toBe(2)
    expect((await metas(bench)).map(({ attempt }) => attempt)).toEqual([0, 1])
  })
})

describe('where the code asks', () => {
  const plan = (extra = false): Plan => {
    const handler = async ({ io, context }: StateTools): Promise<void> => {
      const asking = io.call({ namespace: 'test', request: 1 }) // the first call
      await io.nowMillis() // the time
      await asking
      context.write('done', true)
      if (!extra) return
      const late = io.call({ namespace: 'test', request: 2 }) // the call that is new
      await late
    }
    return planOf([stateOf('ask', handler)])
  }

  it('is in the facts of a run that is told to record it, and in no others', async () => {
    const located = await metas(await run({ locations: true }, plan()))
    expect(located.map(({ location }) => lineAt(location).split('// ')[1])).toEqual([
      'the time',
      'the first call',
    ])
    for (const meta of await metas(await run({}, plan())))
      expect(meta).not.toHaveProperty('location')
  })

  it('is told of the call that differs, also where it is awaited elsewhere, and of the nearest', async () => {
    const bench = await run({ locations: true }, plan())
    const { differences } = await bench.engine.verify({ plan: plan(true), runId: RUN })
    const [{ location, nearest } = { location: null, nearest: [] }] = differences
    expect(lineAt(location?.today)).toContain('// the call that is new')
    expect(lineAt(nearest[0]?.location)).toContain('// the first call')
    const removed = planOf([
      stateOf('ask', async ({ io, context }) => {
        await io.nowMillis()
        context.write('done', true)
      }),
    ])
    const report = await bench.engine.verify({ plan: removed, runId: RUN })
    expect(report.differences).toMatchObject([{ kind: 'unused', location: { today: null } }])
    expect(lineAt(report.differences[0]?.location.recorded)).toContain('// the first call')
  })
})
