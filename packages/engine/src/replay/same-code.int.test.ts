import { setImmediate as turn } from 'node:timers/promises'
import type { JsonValue, StateTools } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'

type Step =
  | { readonly do: 'call' | 'insist'; readonly item: number }
  | { readonly do: 'time' | 'noise' | 'wait' }
  | { readonly do: 'both'; readonly one: readonly Step[]; readonly other: readonly Step[] }

const { steps } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 4 }),
  step: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      do: fc.constantFrom('call' as const, 'insist' as const),
      item: fc.nat({ max: 2 }),
    }),
    fc.record({ do: fc.constantFrom('time' as const, 'noise' as const, 'wait' as const) }),
    fc.record({ do: fc.constant('both' as const), one: tie('steps'), other: tie('steps') }),
  ),
}))

async function perform(steps: readonly Step[], io: StateTools['io']): Promise<void> {
  for (const step of steps) {
    if (step.do === 'time') await io.nowMillis()
    else if (step.do === 'noise') await io.randomBytes(1)
    else if (step.do === 'wait') await io.sleepMs(10)
    else if (step.do === 'both') await Promise.all([perform(step.one, io), perform(step.other, io)])
    else if ('item' in step) await ask(step, io)
  }
}

async function ask(
  step: Extract<Step, { readonly item: number }>,
  io: StateTools['io'],
): Promise<void> {
  try {
    await io.call({ namespace: 'test', request: { item: step.item } })
  } catch (error) {
    if (step.do === 'insist' || !isMfmError(error)) throw error
  }
}

/** A world that answers after a while, and not always. */
function world(moods: readonly number[]): (request: JsonValue) => Promise<JsonValue> {
  let asked = 0
  return async () => {
    const mood = moods[asked % moods.length] ?? 0
    asked += 1
    const number = asked
    for (let wait = 0; wait < mood % 4; wait += 1) await turn()
    if (mood >= 12) throw new MfmError('http_timeout')
    return { number }
  }
}

describe('the code that ran', () => {
  it('made the calls that were recorded, whatever it makes together and whatever fails', async () => {
    const runs = fc.record({
      program: steps,
      moods: fc.array(fc.nat({ max: 15 }), { minLength: 1, maxLength: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(runs, async ({ program, moods }) => {
        const bench = new Bench()
        bench.answer = world(moods)
        const plan = planOf([stateOf('s', async ({ io }) => await perform(program, io))])
        await bench.engine.start({ plan, runConfig: config({ retry: retries(3) }), runId: RUN })
        const { differences } = await bench.engine.verify({ plan, runId: RUN })
        expect(differences).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
