import { parseJson } from '@mfm/canonical-json'
import type { JsonValue, Plan, StateMetadata } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { diffPlans } from './diff-plans.ts'
import { planDocument } from './plan-document.ts'

const documentOf = (plan: Plan): JsonValue => parseJson(planDocument(plan).artifact.bytes)

/** A chain of states, each of which writes a key of its own name unless it is told otherwise. */
function chain(
  names: readonly string[],
  more: Record<string, Partial<StateMetadata>> = {},
): JsonValue {
  const states = names.map((name) => stateOf(name, undefined, { tags: [name], ...more[name] }))
  const edges = names.slice(1).map((name, index) => [names[index] ?? '', name] as const)
  return documentOf(planOf(states, edges))
}

const inShort = (before: JsonValue, after: JsonValue): string[] =>
  diffPlans(before, after).map(({ change, stateId, pointer }) => `${change} ${stateId} ${pointer}`)

const ABC = chain(['a', 'b', 'c'])

describe('diffPlans', () => {
  it('finds nothing in equal plans', () => {
    expect(diffPlans(ABC, chain(['a', 'b', 'c']))).toEqual([])
  })

  it('names a state that was put in, with what it is', () => {
    expect(inShort(ABC, chain(['a', 'x', 'b', 'c']))).toEqual([
      'added demo.main.x /states/1',
      'removed null /edges/0',
      'added null /edges/0',
      'added null /edges/1',
    ])
    expect(diffPlans(ABC, chain(['a', 'x', 'b', 'c']))[0]).toMatchObject({
      planned: { id: 'demo.main.x', metadata: { tags: ['x'] } },
    })
  })

  it('names a state that was taken out', () => {
    expect(inShort(ABC, chain(['a', 'c']))[0]).toBe('removed demo.main.b /states/1')
  })

  it('names a renamed state, and no edge that only follows the name', () => {
    expect(diffPlans(ABC, chain(['a', 'x', 'c'], { x: { tags: ['b'] } }))).toEqual([
      {
        change: 'renamed',
        stateId: 'demo.main.b',
        pointer: '/states/1/id',
        recorded: 'demo.main.b',
        planned: 'demo.main.x',
      },
    ])
  })

  it('takes a state with other metadata for another state', () => {
    expect(inShort(ABC, chain(['a', 'x', 'c'])).slice(0, 2)).toEqual([
      'removed demo.main.b /states/1',
      'added demo.main.x /states/1',
    ])
  })

  it('names states that changed places', () => {
    expect(inShort(ABC, chain(['b', 'a', 'c'])).slice(0, 2)).toEqual([
      'moved demo.main.a /states/0/id',
      'moved demo.main.b /states/1/id',
    ])
  })

  it('names the place in the metadata of a state, also behind one that was put in', () => {
    const after = chain(['x', 'a', 'b', 'c'], { c: { tags: ['c'], writes: ['k'] } })
    expect(diffPlans(ABC, after)[0]).toEqual({
      change: 'changed',
      stateId: 'demo.main.c',
      pointer: '/states/2/metadata/writes',
      recorded: null,
      planned: ['k'],
    })
  })

  it('compares documents that it does not know as they are', () => {
    expect(diffPlans({ v: 9 }, ABC)).toContainEqual(
      expect.objectContaining({ change: 'changed', pointer: '/v', recorded: 9, planned: 1 }),
    )
  })
})
