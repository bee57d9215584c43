import type { RunId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { Chance } from '../cases/support/samples.ts'
import { newRun, someInteger } from '../cases/support/samples.ts'
import type { BindingAnswer } from '../models/binding-model.ts'
import { bindingModel } from '../models/binding-model.ts'
import { streamModel } from '../models/stream-model.ts'
import { seededRandom } from '../run/seeded-random.ts'
import type { KeyedCall } from './binding-experiment.ts'
import { bindingExperiment } from './binding-experiment.ts'
import { HISTORY_SIZE } from './check-histories.ts'
import { checkLinearizable } from './linearizable.ts'
import type { Operation } from './operation.ts'
import { simulate } from './simulated-store.fixture.ts'
import type { LabelledAnswer, LabelledCall } from './stream-experiment.ts'
import { streamExperiment } from './stream-experiment.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const STREAM = streamModel((label: string) => label)

function chanceOf(seed: number): Chance {
  return { random: seededRandom(seed, 'linearizable') }
}

const EVENTS = streamExperiment([], [RUN])
const FACTS = bindingExperiment([], [{ run: RUN, key: 'k' }])

function simulatedStream(
  seed: number,
  { lossRate = 0, staleness = 0, checksHead = true } = {},
): readonly Operation<LabelledCall, LabelledAnswer>[] {
  const states: (readonly string[])[] = [[]]
  const chance = chanceOf(seed)
  return simulate({
    ...HISTORY_SIZE,
    chance,
    lossRate,
    client: EVENTS.client,
    effect: (call) => {
      const newest = states.at(-1) ?? []
      const lag = call.name === 'append' || chance.random() < 0.5 ? 0 : staleness
      const seen = states.at(-1 - lag) ?? newest
      const given =
        call.name === 'append' && !checksHead && call.expected < newest.length
          ? STREAM.answer(newest.slice(0, call.expected), call)
          : STREAM.answer(seen, call)
      if (call.name === 'append') states.push(given.state)
      return given.answer
    },
  })
}

function simulatedKey(
  seed: number,
  { lossRate = 0, doubleWin = 0 } = {},
): readonly Operation<KeyedCall, BindingAnswer>[] {
  let state = bindingModel.initial
  const chance = chanceOf(seed)
  return simulate({
    ...HISTORY_SIZE,
    chance,
    lossRate,
    client: FACTS.client,
    effect: (call) => {
      const from = call.name === 'bind' && chance.random() < doubleWin ? undefined : state
      const given = bindingModel.answer(from, call)
      state = given.state
      return given.answer
    },
  })
}

/** Whether two calls without overlap show the violation, however the others went: a judge of its own. */
function showsStaleHead(operations: readonly Operation<LabelledCall, LabelledAnswer>[]): boolean {
  const heads = operations.flatMap(({ answer, calledAt, returnedAt }) =>
    answer !== undefined && 'head' in answer ? [{ head: answer.head, calledAt, returnedAt }] : [],
  )
  return heads.some((later) =>
    heads.some((early) => early.returnedAt < later.calledAt && early.head > later.head),
  )
}

function showsDoubleHead(operations: readonly Operation<LabelledCall, LabelledAnswer>[]): boolean {
  const won = operations.flatMap(({ call, answer }) =>
    call.name === 'append' && call.items.length > 0 && answer !== undefined && 'head' in answer
      ? [call.expected]
      : [],
  )
  return new Set(won).size < won.length
}

describe('random histories', () => {
  it.each([0, 0.05])('of a correct store are accepted, with a share of %s lost', (lossRate) => {
    for (let seed = 0; seed < 60; seed++) {
      const stream = checkLinearizable(STREAM, simulatedStream(seed, { lossRate }))
      expect(stream, `seed ${seed}`).toEqual({ kind: 'linearizable' })
      const key = checkLinearizable(bindingModel, simulatedKey(seed, { lossRate }))
      expect(key, `seed ${seed}`).toEqual({ kind: 'linearizable' })
    }
  })

  it('of a store that loses updates are rejected wherever one was lost', () => {
    let shown = 0
    for (let seed = 0; seed < 40; seed++) {
      const operations = simulatedStream(seed, { checksHead: false })
      if (!showsDoubleHead(operations)) continue
      shown++
      expect(checkLinearizable(STREAM, operations).kind, `seed ${seed}`).toBe('violated')
    }
    expect(shown).toBeGreaterThan(30)
  })

  it('of a store with a lagging replica are rejected wherever it lags', () => {
    let shown = 0
    for (let seed = 0; seed < 40; seed++) {
      const operations = simulatedStream(seed, { staleness: 2 })
      if (!showsStaleHead(operations)) continue
      shown++
      expect(checkLinearizable(STREAM, operations).kind, `seed ${seed}`).toBe('violated')
    }
    expect(shown).toBeGreaterThan(20)
  })

  it('of a store that lets two win are rejected', () => {
    for (let seed = 0; seed < 40; seed++) {
      const operations = simulatedKey(seed, { doubleWin: 0.2 })
      expect(checkLinearizable(bindingModel, operations).kind, `seed ${seed}`).toBe('violated')
    }
  })

  it('in which one answer was changed are rejected', () => {
    for (let seed = 0; seed < 40; seed++) {
      const operations = simulatedStream(seed)
      const chance = chanceOf(seed)
      const index = someInteger(chance, 0, operations.length - 1)
      // A label or a head that no call of the history brought about.
      const changed = operations.map((operation, position) =>
        position === index ? { ...operation, answer: { items: [newRun(chance)] } } : operation,
      )
      expect(checkLinearizable(STREAM, changed).kind, `seed ${seed}`).toBe('violated')
    }
  })
})
