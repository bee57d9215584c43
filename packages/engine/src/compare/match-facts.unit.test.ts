import type { ArtifactId, FactMeta, RunId, StateId } from '@mfm/core-types'
import { callKey, derivedKey } from '@mfm/facts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ComparedFact, FactsOfRun } from './match-facts.ts'
import { matchFacts } from './match-facts.ts'

const STATE = 'demo.main.s' as StateId
const [RUN_A, RUN_B] = ['a', 'b'].map((id) => id.repeat(8)) as [RunId, RunId]
const digest = (text: string): ArtifactId => text.padEnd(64, '0') as ArtifactId

type Told =
  | { readonly call: string; readonly occurrence?: number; readonly attempt?: number }
  | { readonly now: number; readonly attempt?: number }

/** The facts of a run: calls by their request, times by their number in the attempt. */
function run(runId: RunId, told: readonly Told[], outsideEnds: readonly number[] = []): FactsOfRun {
  const facts = told.map((fact, index): [string, ComparedFact] => {
    const { attempt = 0 } = fact
    const isCall = 'call' in fact
    const requestId = isCall ? digest(fact.call) : null
    const key = isCall
      ? callKey({
          namespace: 't',
          stateId: STATE,
          requestId: digest(fact.call),
          occurrence: fact.occurrence ?? 0,
        })
      : derivedKey('now_millis', { runId, stateId: STATE, attempt }, fact.now)
    const meta: FactMeta = {
      v: 1,
      namespace: isCall ? 't' : 'now_millis',
      requestId,
      outcome: 'answered',
      stateId: STATE,
      attempt,
      ordinal: index,
    }
    return [key, { key, payloadId: digest(`${index}`), meta, seq: index + 1 }]
  })
  return {
    facts: new Map(facts),
    takenOver: new Set(),
    outsideEnds: new Set(outsideEnds.map((attempt) => `${STATE}#${attempt}`)),
  }
}

/** The pairs as positions in either run, counted from 1. */
const matched = (a: FactsOfRun, b: FactsOfRun): (readonly [number | null, number | null])[] =>
  matchFacts(a, b).map((pair) => [pair.a?.seq ?? null, pair.b?.seq ?? null] as const)

describe('matchFacts', () => {
  it('reads keys that hold the id of their run without it', () => {
    expect(
      matched(run(RUN_A, [{ now: 0 }, { now: 1 }]), run(RUN_B, [{ now: 0 }, { now: 1 }])),
    ).toEqual([
      [1, 1],
      [2, 2],
    ])
  })

  it('leaves out what an attempt that was ended from outside saw of time, and does not count it', () => {
    const whole = run(RUN_A, [{ call: 'c' }, { now: 0 }, { now: 1 }])
    const crashed = run(
      RUN_B,
      [{ call: 'c' }, { now: 0 }, { now: 0, attempt: 1 }, { now: 1, attempt: 1 }],
      [0],
    )
    expect(matched(whole, crashed)).toEqual([
      [1, 1],
      [2, 3],
      [3, 4],
    ])
  })

  it('pairs what changed between the same neighbours', () => {
    const before = run(RUN_A, [{ call: 'a' }, { call: 'b' }, { call: 'c' }, { call: 'd' }])
    const after = run(RUN_B, [
      { call: 'x' },
      { call: 'b' },
      { call: 'y' },
      { call: 'd' },
      { call: 'z' },
    ])
    expect(matched(before, after)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
      [null, 5],
    ])
  })

  it('does not pair what stands before a matched call with what stands after it', () => {
    const before = run(RUN_A, [{ call: 'a' }, { call: 'b' }])
    const after = run(RUN_B, [{ call: 'b' }, { call: 'c' }])
    expect(matched(before, after)).toEqual([
      [1, null],
      [2, 1],
      [null, 2],
    ])
  })

  it('gives every fact once, and a run beside itself as pairs of the same', () => {
    const facts = fc
      .uniqueArray(
        fc.record({ call: fc.constantFrom('a', 'b', 'c', 'd'), occurrence: fc.nat(2) }),
        {
          selector: ({ call, occurrence }) => `${call}${occurrence}`,
        },
      )
      .map((told) => [...told, { now: 0 }])
    fc.assert(
      fc.property(facts, facts, (left, right) => {
        const [a, b] = [run(RUN_A, left), run(RUN_B, right)]
        const pairs = matched(a, b)
        const seen = (side: 0 | 1): number[] =>
          pairs.flatMap((pair) => pair[side] ?? []).sort((one, other) => one - other)
        expect(seen(0)).toEqual([...a.facts.values()].map(({ seq }) => seq))
        expect(seen(1)).toEqual([...b.facts.values()].map(({ seq }) => seq))
        expect(matched(a, a)).toEqual([...a.facts.values()].map(({ seq }) => [seq, seq]))
      }),
    )
  })
})
