import type { RunId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { idOf } from '../cases/support/samples.ts'
import type { BindingAnswer, BindingCall } from '../models/binding-model.ts'
import { bindingModel } from '../models/binding-model.ts'
import type { Model } from '../models/model.ts'
import { streamModel } from '../models/stream-model.ts'
import type { Verdict } from './linearizable.ts'
import { checkLinearizable } from './linearizable.ts'
import type { Operation } from './operation.ts'
import type { LabelledAnswer, LabelledCall } from './stream-experiment.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const STREAM = streamModel((label: string) => label)
const [A, B] = [idOf('a'), idOf('b')]

/** Operations as `[from, to, call, answer]`; without an answer the outcome is unknown. */
function history<Call, Answer>(
  rows: readonly (readonly [number, number, Call, Answer?])[],
): Operation<Call, Answer>[] {
  return rows.map(([calledAt, to, call, answer], client) => ({
    client,
    call,
    calledAt,
    returnedAt: answer === undefined ? Number.POSITIVE_INFINITY : to,
    answer,
  }))
}

type StreamRow = readonly [number, number, LabelledCall, LabelledAnswer?]
type BindingRow = readonly [number, number, BindingCall, BindingAnswer?]

function append(expected: number, ...items: readonly string[]): LabelledCall {
  return { run: RUN, name: 'append', expected, items }
}
const head: LabelledCall = { run: RUN, name: 'head' }
const read: LabelledCall = { run: RUN, name: 'read' }
const get: BindingCall = { name: 'get' }
const bind = (id: typeof A): BindingCall => ({ name: 'bind', id })
const unbind = (id: typeof A): BindingCall => ({ name: 'unbind', id })

function verdictOf(rows: readonly StreamRow[]): Verdict<LabelledCall, LabelledAnswer>['kind'] {
  return checkLinearizable(STREAM, history(rows)).kind
}
function bindingVerdictOf(
  rows: readonly BindingRow[],
): Verdict<BindingCall, BindingAnswer>['kind'] {
  return checkLinearizable(bindingModel, history(rows)).kind
}

describe('known good histories are accepted', () => {
  it.each<[string, StreamRow[]]>([
    ['nothing at all', []],
    [
      'one after the other',
      [
        [1, 2, append(0, 'a'), { head: 1 }],
        [3, 4, append(0, 'b'), { expected: 0, actual: 1 }],
        [5, 6, read, { items: ['a'] }],
      ],
    ],
    [
      'a read that overlaps an append may see it or not',
      [
        [1, 9, append(0, 'a'), { head: 1 }],
        [2, 3, head, { head: 0 }],
        [4, 5, head, { head: 1 }],
        [6, 7, read, { items: ['a'] }],
      ],
    ],
    [
      'an append that is called later may come first',
      [
        [1, 9, append(1, 'b'), { head: 2 }],
        [2, 8, append(0, 'a'), { head: 1 }],
        [10, 11, read, { items: ['a', 'b'] }],
      ],
    ],
    [
      'calls that touch overlap',
      [
        [1, 2, append(0, 'a'), { head: 1 }],
        [2, 3, head, { head: 0 }],
      ],
    ],
  ])('%s', (_name, rows) => {
    expect(verdictOf(rows)).toBe('linearizable')
  })

  it.each<[string, BindingRow[]]>([
    [
      'one winner whom the loser learns of',
      [
        [1, 5, bind(A), { artifactId: B, inserted: false }],
        [2, 4, bind(B), { artifactId: B, inserted: true }],
        [6, 7, get, { bound: B }],
      ],
    ],
    [
      'two winners with an unbind between them',
      [
        [1, 2, bind(A), { artifactId: A, inserted: true }],
        [3, 8, unbind(A), { removed: true }],
        [4, 7, bind(B), { artifactId: B, inserted: true }],
      ],
    ],
  ])('%s', (_name, rows) => {
    expect(bindingVerdictOf(rows)).toBe('linearizable')
  })
})

describe('known bad histories are rejected', () => {
  it.each<[string, StreamRow[]]>([
    [
      'two appends at one head',
      [
        [1, 5, append(0, 'a'), { head: 1 }],
        [2, 6, append(0, 'b'), { head: 1 }],
      ],
    ],
    [
      'a lost update',
      [
        [1, 2, append(0, 'a'), { head: 1 }],
        [3, 4, append(1, 'b'), { head: 2 }],
        [5, 6, read, { items: ['a'] }],
      ],
    ],
    [
      'a stale head',
      [
        [1, 2, append(0, 'a'), { head: 1 }],
        [3, 4, head, { head: 0 }],
      ],
    ],
    [
      'a reader that goes back',
      [
        [1, 9, append(0, 'a'), { head: 1 }],
        [2, 3, head, { head: 1 }],
        [4, 5, head, { head: 0 }],
      ],
    ],
    [
      'a part of a batch',
      [
        [1, 9, append(0, 'a', 'b'), { head: 2 }],
        [2, 3, read, { items: ['a'] }],
      ],
    ],
    ['an event that nobody appended', [[1, 2, read, { items: ['z'] }]]],
    ['a conflict with a head that never was', [[1, 2, append(1, 'a'), { expected: 1, actual: 4 }]]],
    [
      'two readers who see two orders',
      [
        [1, 9, append(0, 'a'), { head: 1 }],
        [1, 9, append(0, 'b'), { expected: 0, actual: 1 }],
        [2, 8, read, { items: ['b'] }],
      ],
    ],
  ])('%s', (_name, rows) => {
    expect(verdictOf(rows)).toBe('violated')
  })

  it.each<[string, BindingRow[]]>([
    [
      'two winners',
      [
        [1, 5, bind(A), { artifactId: A, inserted: true }],
        [2, 6, bind(B), { artifactId: B, inserted: true }],
      ],
    ],
    [
      'a split brain: two readers with two answers',
      [
        [1, 20, bind(A), { artifactId: A, inserted: true }],
        [1, 20, bind(B), { artifactId: A, inserted: false }],
        [2, 3, get, { bound: A }],
        [4, 5, get, { bound: B }],
      ],
    ],
    [
      'a flicker',
      [
        [1, 9, bind(A), { artifactId: A, inserted: true }],
        [2, 3, get, { bound: A }],
        [4, 5, get, { bound: undefined }],
      ],
    ],
    [
      'an unbind that removed what was not its own',
      [
        [1, 2, bind(A), { artifactId: A, inserted: true }],
        [3, 4, unbind(B), { removed: true }],
      ],
    ],
  ])('%s', (_name, rows) => {
    expect(bindingVerdictOf(rows)).toBe('violated')
  })
})

describe('a call of unknown outcome', () => {
  it.each<[string, string, StreamRow[]]>([
    [
      'happened',
      'linearizable',
      [
        [1, 0, append(0, 'a')],
        [2, 3, head, { head: 1 }],
      ],
    ],
    [
      'did not happen',
      'linearizable',
      [
        [1, 0, append(0, 'a')],
        [2, 3, head, { head: 0 }],
      ],
    ],
    [
      'happened much later',
      'linearizable',
      [
        [1, 0, append(0, 'a')],
        [2, 3, head, { head: 0 }],
        [50, 51, head, { head: 1 }],
      ],
    ],
    [
      'did not happen before it was called',
      'violated',
      [
        [1, 2, head, { head: 1 }],
        [3, 0, append(0, 'a')],
      ],
    ],
    [
      'did not happen and then not',
      'violated',
      [
        [1, 0, append(0, 'a')],
        [2, 3, head, { head: 1 }],
        [4, 5, head, { head: 0 }],
      ],
    ],
    [
      'did not happen twice',
      'violated',
      [
        [1, 0, append(0, 'a')],
        [2, 3, read, { items: ['a', 'a'] }],
      ],
    ],
    [
      'came second, since another took its place',
      'violated',
      [
        [1, 0, append(0, 'a')],
        [2, 3, append(0, 'b'), { head: 1 }],
        [4, 5, read, { items: ['b', 'a'] }],
      ],
    ],
  ])('%s: %s', (_name, expected, rows) => {
    expect(verdictOf(rows)).toBe(expected)
  })
})

describe('calls that answer nothing', () => {
  type RegisterCall = { readonly write: number } | 'read'
  const register: Model<number, RegisterCall, number | 'done'> = {
    initial: 0,
    answer: (state, call) =>
      call === 'read' ? { state, answer: state } : { state: call.write, answer: 'done' },
    keyOf: String,
  }

  it.each([1, 2])('may have been in either order, whichever is tried first: %s', (last) => {
    const operations = history<RegisterCall, number | 'done'>([
      [1, 5, { write: 1 }, 'done'],
      [2, 6, { write: 2 }, 'done'],
      [7, 8, 'read', last],
    ])
    expect(checkLinearizable(register, operations)).toEqual({ kind: 'linearizable' })
  })

  it('were in one order for everybody', () => {
    const operations = history<RegisterCall, number | 'done'>([
      [1, 9, { write: 1 }, 'done'],
      [1, 9, { write: 2 }, 'done'],
      [2, 3, 'read', 1],
      [4, 5, 'read', 2],
      [6, 7, 'read', 1],
    ])
    expect(checkLinearizable(register, operations).kind).toBe('violated')
  })
})

describe('the verdict', () => {
  it('names the call that nothing explains, and what was called until it returned', () => {
    const rows: StreamRow[] = [
      [1, 2, append(0, 'a'), { head: 1 }],
      [3, 4, head, { head: 0 }],
      [5, 6, head, { head: 1 }],
    ]
    const operations = history(rows)
    const verdict = checkLinearizable(STREAM, operations)
    expect(verdict).toEqual({
      kind: 'violated',
      inexplicable: operations[1],
      operations: operations.slice(0, 2),
    })
  })

  it('is left open where the search takes too long', () => {
    const operations = history<LabelledCall, LabelledAnswer>([
      [1, 2, append(0, 'a'), { head: 1 }],
      [3, 4, head, { head: 1 }],
    ])
    expect(checkLinearizable(STREAM, operations, 1)).toEqual({ kind: 'undecided' })
  })
})
