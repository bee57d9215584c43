import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { orderStates } from './order-states.ts'
import { validatePlan } from './validate-plan.ts'

function order(states: string[], edges: [string, string][]): string[] {
  const plan = planOf(states, edges)
  return orderStates(plan).map(({ id }) => id.split('.')[2] ?? '')
}

describe('execution order (spec 9.3)', () => {
  it('seeds in plan order and releases in edge order', () => {
    expect(
      order(
        ['a', 'b', 'c', 'd'],
        [
          ['b', 'd'],
          ['a', 'c'],
        ],
      ),
    ).toEqual(['a', 'b', 'c', 'd'])
  })

  it('walks the edges in their own order', () => {
    expect(
      order(
        ['a', 'b', 'c'],
        [
          ['a', 'c'],
          ['a', 'b'],
        ],
      ),
    ).toEqual(['a', 'c', 'b'])
  })

  it('takes a repeated edge once', () => {
    expect(
      order(
        ['a', 'b'],
        [
          ['a', 'b'],
          ['a', 'b'],
        ],
      ),
    ).toEqual(['a', 'b'])
  })
})

describe('plan validation (spec 9.2)', () => {
  const problems: readonly (readonly [string, string[], [string, string][], object])[] = [
    ['empty_plan', [], [], {}],
    ['duplicate_state_id', ['a', 'a'], [['a', 'x']], { stateId: 'demo.main.a' }],
    ['missing_state_for_edge', ['a'], [['x', 'y']], { missing: 'demo.main.x' }],
    ['missing_state_for_edge', ['a'], [['a', 'y']], { missing: 'demo.main.y' }],
    ['circular_dependency', ['a'], [['a', 'a']], { cycle: ['demo.main.a'] }],
    [
      'circular_dependency',
      ['a', 'b', 'c', 'd'],
      [
        ['b', 'c'],
        ['c', 'b'],
        ['c', 'd'],
      ],
      { cycle: ['demo.main.b', 'demo.main.c', 'demo.main.d'] },
    ],
  ]

  it.each(problems)('finds %s (case %#)', (problem, states, edges, details) => {
    expect(() => validatePlan(planOf(states, edges))).toThrow(
      expect.objectContaining({ code: 'invalid_plan', details: { problem, ...details } }),
    )
  })

  it('judges a plan again that could have changed', () => {
    const states = [stateOf('a')]
    const plan = { ...planOf([]), states }
    validatePlan(plan)
    states.push(stateOf('a'))
    expect(() => validatePlan(plan)).toThrow(expect.objectContaining({ code: 'invalid_plan' }))
  })

  it('judges a plan once that nobody can change', () => {
    const { opId, opVersion } = planOf([])
    const states = Object.freeze([Object.freeze(stateOf('a'))])
    const plan = Object.freeze({ opId, opVersion, states, edges: Object.freeze([]) })
    expect(validatePlan(plan)).toBe(validatePlan(plan))
  })

  it('refuses a malformed state id', () => {
    expect(() => validatePlan(planOf(['A'], []))).toThrow(
      expect.objectContaining({ code: 'invalid_id' }),
    )
  })
})
