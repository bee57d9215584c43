import { setImmediate as turn } from 'node:timers/promises'
import type { JsonValue, Plan, RunId, StateTools } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'

/** What a state does, in words of which any program is made. */
type Step =
  | { readonly do: 'call'; readonly item: number; readonly key: string | null }
  | { readonly do: 'insist'; readonly item: number }
  | { readonly do: 'time' }
  | { readonly do: 'noise'; readonly length: number }
  | { readonly do: 'value'; readonly n: number }
  | { readonly do: 'ask'; readonly key: string }
  | { readonly do: 'both'; readonly one: readonly Step[]; readonly other: readonly Step[] }

const { steps } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 4 }),
  step: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      do: fc.constant('call' as const),
      item: fc.nat({ max: 3 }),
      key: fc.constantFrom(null, null, 'k0', 'k1'),
    }),
    fc.record({ do: fc.constant('insist' as const), item: fc.nat({ max: 3 }) }),
    fc.record({ do: fc.constant('time' as const) }),
    fc.record({ do: fc.constant('noise' as const), length: fc.nat({ max: 3 }) }),
    fc.record({ do: fc.constant('value' as const), n: fc.nat({ max: 1 }) }),
    fc.record({ do: fc.constant('ask' as const), key: fc.constantFrom('k0', 'v0', 'v1') }),
    fc.record({ do: fc.constant('both' as const), one: tie('steps'), other: tie('steps') }),
  ),
}))

const runs = fc.record({
  states: fc.array(steps, { minLength: 1, maxLength: 3 }),
  moods: fc.array(fc.nat({ max: 15 }), { minLength: 1, maxLength: 8 }),
})

const call = (key: string | null): Step => ({ do: 'call', item: 0, key })

/** Looks for a fact just when the call that brings it has been answered. */
const LOOKS_WHILE_ANSWERED = {
  states: [
    [
      {
        do: 'both' as const,
        one: [
          { do: 'insist' as const, item: 0 },
          { do: 'both' as const, one: [call('k0')], other: [] },
        ],
        other: [call(null), { do: 'ask' as const, key: 'k0' }],
      },
    ],
    [],
  ],
  moods: [0],
}

/** What an earlier state recorded is called and looked for at the same time. */
const CALLS_WHAT_IT_LOOKS_FOR = {
  states: [
    [call('k0')],
    [{ do: 'both' as const, one: [call('k0')], other: [{ do: 'ask' as const, key: 'k0' }] }],
  ],
  moods: [0],
}

/** Does the steps, and writes down what came of each in the order in which it came. */
async function perform(
  steps: readonly Step[],
  io: StateTools['io'],
  log: JsonValue[],
): Promise<void> {
  for (const step of steps) {
    switch (step.do) {
      case 'call':
      case 'insist':
        await callOnce(step, io, log)
        break
      case 'time':
        log.push(await io.nowMillis())
        break
      case 'noise':
        log.push([...(await io.randomBytes(step.length))])
        break
      case 'value':
        log.push(await io.recordValue(`v${step.n}`, step.n))
        break
      case 'ask':
        log.push((await io.getRecordedFact(step.key)) ?? null)
        break
      case 'both':
        await Promise.all([perform(step.one, io, log), perform(step.other, io, log)])
        break
    }
  }
}

async function callOnce(
  step: Extract<Step, { readonly do: 'call' | 'insist' }>,
  io: StateTools['io'],
  log: JsonValue[],
): Promise<void> {
  const { item } = step
  const key = step.do === 'call' ? step.key : null
  try {
    const { response } = await io.call({
      namespace: 'test',
      // One key stands for one request, or it would be a divergence.
      request: key === null ? { item } : { key },
      factKey: key ?? undefined,
    })
    log.push(response)
  } catch (error) {
    if (step.do === 'insist') throw error
    log.push(isMfmError(error) ? error.code : 'other')
  }
}

function planFor(states: readonly (readonly Step[])[], shift = 0): Plan {
  return planOf(
    states.map((own, index) =>
      stateOf(`s${index}`, async ({ context, io }) => {
        const log: JsonValue[] = []
        await perform(shifted(own, shift), io, log)
        context.write(`log_${index}`, log)
      }),
    ),
    states.slice(1).map((_, index) => [`s${index}`, `s${index + 1}`]),
  )
}

/** The steps with other requests; what races with itself or repeats a value is left out. */
function shifted(steps: readonly Step[], shift: number): Step[] {
  if (shift === 0) return [...steps]
  return steps.flatMap((step): Step[] => {
    if (step.do === 'ask' || step.do === 'value') return []
    if (step.do === 'both') {
      return [{ ...step, one: shifted(step.one, shift), other: shifted(step.other, shift) }]
    }
    return 'item' in step && step.item >= 2 ? [{ ...step, item: step.item + shift }] : [step]
  })
}

/** A world that answers after a while, and not always. */
function world(bench: Bench, moods: readonly number[]): void {
  let asked = 0
  bench.answer = async () => {
    const mood = moods[asked % moods.length] ?? 0
    asked += 1
    const number = asked
    for (let wait = 0; wait < mood % 4; wait += 1) await turn()
    if (mood >= 12) throw new MfmError('http_timeout')
    return { number }
  }
}

/** The programs of the suite are the same each time; `FORKED_PROGRAMS=random` looks for more. */
const PROGRAMS = process.env['FORKED_PROGRAMS'] === 'random' ? {} : { seed: 41 }

describe('a fork without edits, at any state of any run', () => {
  it('comes to the same snapshots without a call, and verifies', async () => {
    let forks = 0
    await fc.assert(
      fc.asyncProperty(runs, async ({ states, moods }) => {
        const bench = new Bench()
        world(bench, moods)
        const plan = planFor(states)
        const runConfig = config({ retry: retries(3) })
        const { phase } = await bench.engine.start({ plan, runConfig, runId: RUN })
        expect(await bench.engine.verify({ plan, runId: RUN })).toMatchObject({
          verdict: 'identical',
        })
        const entered = (await bench.envelopes()).flatMap(({ event }) =>
          event.type === 'state_entered' ? [event.stateId] : [],
        )
        const { calls } = bench
        for (const at of new Set(entered)) {
          const runId = crypto.randomUUID() as RunId
          const report = await bench.engine.fork({ parentId: RUN, at, plan, runId })
          forks += 1
          expect(report).toMatchObject({ phase, facts: { edited: 0, recorded: 0, unused: 0 } })
          for (const { change, isSameSnapshot } of report.states) {
            expect(isSameSnapshot || change === 'neither').toBe(true)
          }
          expect(await bench.engine.verify({ plan, runId })).toMatchObject({ verdict: 'identical' })
        }
        expect(bench.calls).toBe(calls)
      }),
      { ...PROGRAMS, numRuns: 120, examples: [[LOOKS_WHILE_ANSWERED], [CALLS_WHAT_IT_LOOKS_FOR]] },
    )
    expect(forks).toBeGreaterThan(60)
  }, 60_000)

  it('with other code asks the world for what is new alone, and replays', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ states, moods }) => {
        const bench = new Bench()
        world(bench, moods)
        const runConfig = config({ retry: retries(3) })
        await bench.engine.start({ plan: planFor(states), runConfig, runId: RUN })
        const plan = planFor(states, 4)
        const { calls } = bench
        const runId = crypto.randomUUID() as RunId
        const request = { parentId: RUN, at: 's0', plan, runId, live: true }
        const { facts, phase } = await bench.engine.fork(request)
        // One that failed is recorded too.
        expect(bench.calls - calls).toBeLessThanOrEqual(facts.recorded)
        const replayed = await bench.engine.replay({ plan, runId })
        expect(replayed).toMatchObject({ verdict: 'identical', phase, differences: [] })
      }),
      { ...PROGRAMS, numRuns: 120 },
    )
  }, 60_000)
})
