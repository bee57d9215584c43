import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalize } from './canonicalize.ts'
import { diffJson } from './diff-json.ts'
import { jsonArbitrary, reordered } from './json.fixture.ts'
import { getAtPointer } from './json-pointer.ts'

describe('diffJson', () => {
  it('names each place, members in canonical order, items by index', () => {
    const recorded = { z: 1, list: [1, { a: true }, 3], gone: null, 'a/b': { '~': 'x' } }
    const requested = { list: [1, { a: false }], new: [], 'a/b': { '~': 'y' }, z: 1 }
    expect(diffJson(recorded, requested)).toStrictEqual([
      { pointer: '/a~1b/~0', recorded: 'x', requested: 'y' },
      { pointer: '/gone', recorded: null },
      { pointer: '/list/1/a', recorded: true, requested: false },
      { pointer: '/list/2', recorded: 3 },
      { pointer: '/new', requested: [] },
    ])
  })

  it.each([
    [1, '1'],
    [null, 'null'],
    [true, 'true'],
    [[], {}],
    [{}, null],
    [0, null],
    [0, false],
    [{ length: 0 }, []],
    ['', null],
    [9007199254740993n, 9007199254740992n],
  ])('tells %s from %s', (recorded, requested) => {
    expect(diffJson(recorded, requested)).toStrictEqual([{ pointer: '', recorded, requested }])
  })

  it.each([
    [1, 1n],
    [0, -0],
    [9007199254740994, 9007199254740994n],
    [
      { a: [1, { b: 2 }], c: 3 },
      { c: 3, a: [1, { b: 2 }] },
    ],
  ])('finds nothing between %s and %s', (recorded, requested) => {
    expect(diffJson(recorded, requested)).toEqual([])
  })

  it('sees own members only', () => {
    expect(diffJson({}, JSON.parse('{"__proto__":1,"toString":2}'))).toStrictEqual([
      { pointer: '/__proto__', requested: 1 },
      { pointer: '/toString', requested: 2 },
    ])
  })

  it('stops at the limit', () => {
    const recorded = Array.from({ length: 150 }, () => 0)
    const requested = recorded.map(() => 1)
    expect(diffJson(recorded, requested)).toHaveLength(100)
    expect(
      diffJson({ a: recorded, b: 1 }, { a: requested, b: 2 }, 3).map((row) => row.pointer),
    ).toEqual(['/a/0', '/a/1', '/a/2'])
    expect(diffJson(1, 2, 0)).toEqual([])
  })

  it('takes long lists', () => {
    const recorded = Array.from({ length: 300_000 }, (_, index) => index)
    expect(diffJson([recorded], [recorded.with(299_999, -1)])).toStrictEqual([
      { pointer: '/0/299999', recorded: 299_999, requested: -1 },
    ])
    expect(diffJson(recorded, recorded.map(String), 1)).toHaveLength(1)
  })

  it('refuses to follow values without end', () => {
    const left: unknown[] = []
    left.push(left)
    const right: unknown[] = []
    right.push(right)
    expect(() => diffJson(left as [], right as [])).toThrow(
      expect.objectContaining({ code: 'json_too_deep' }),
    )
  })

  it('finds nothing exactly where the canonical forms are equal, and only true rows', () => {
    const value = jsonArbitrary({
      number: fc.oneof(fc.integer({ max: 2, min: -2 }), fc.bigInt({ max: 2n, min: -2n })),
    })
    fc.assert(
      fc.property(value, value, (recorded, requested) => {
        const rows = diffJson(recorded, requested, Number.POSITIVE_INFINITY)
        expect(rows.length === 0).toBe(canonicalize(recorded) === canonicalize(requested))
        expect(diffJson(recorded, reordered(recorded))).toEqual([])
        for (const row of rows) {
          expect(row.recorded).toBe(getAtPointer(recorded, row.pointer))
          expect(row.requested).toBe(getAtPointer(requested, row.pointer))
        }
      }),
      { numRuns: 300 },
    )
  })
})
