import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { contextKey } from './context-key.ts'
import { defineOp, initialContext, isOp, outputOf } from './op.ts'
import { state } from './state.ts'

const name = contextKey('name', z.object({ first: z.string() }))
const greeting = contextKey('greeting', z.string())
const greet = state('greet', { reads: [name], writes: [greeting], run: () => undefined })
const send = state('send', { reads: [greeting], run: () => undefined })

describe('defineOp', () => {
  it('plans its states in a chain, with what they read and write', () => {
    const op = defineOp({
      id: 'hello',
      version: 'v1',
      input: name,
      output: greeting,
      states: [greet, send],
    })
    expect(op.plan).toMatchObject({
      opId: 'hello',
      opVersion: 'v1',
      states: [
        { id: 'hello.main.greet', metadata: { reads: ['name'], writes: ['greeting'] } },
        { id: 'hello.main.send', metadata: { reads: ['greeting'], writes: [] } },
      ],
      edges: [{ from: 'hello.main.greet', to: 'hello.main.send' }],
    })
    expect(isOp(op)).toBe(true)
  })

  it('takes other predecessors from after', () => {
    const free = state('free', { after: [], run: () => undefined })
    const last = state('last', { after: [greet, free], run: () => undefined })
    const op = defineOp({ id: 'hello', version: 'v1', input: name, states: [greet, free, last] })
    expect(op.plan.edges).toEqual([
      { from: 'hello.main.greet', to: 'hello.main.last' },
      { from: 'hello.main.free', to: 'hello.main.last' },
    ])
  })

  it.each([
    ['unsatisfied_read', { states: [send] }],
    ['unwritten_output', { states: [state('s', { run: () => undefined })], output: greeting }],
    [
      'duplicate_context_key',
      {
        input: name,
        states: [
          greet,
          state('s', { writes: [contextKey('greeting', z.number())], run: () => undefined }),
        ],
      },
    ],
    ['unknown_predecessor', { states: [state('s', { after: [send], run: () => undefined })] }],
    ['duplicate_state_id', { input: name, states: [greet, greet] }],
    ['empty_plan', { states: [] }],
  ])('refuses %s', (problem, options) => {
    expect(() =>
      defineOp<unknown, unknown>({ id: 'hello', version: 'v1', ...(options as { states: [] }) }),
    ).toThrow(
      expect.objectContaining({
        code: 'invalid_plan',
        details: expect.objectContaining({ problem }),
      }),
    )
  })

  it('refuses a setting that it does not know', () => {
    const runConfig = { retries: 3 } as never
    expect(() =>
      defineOp({
        id: 'hello',
        version: 'v1',
        states: [state('s', { run: () => undefined })],
        runConfig,
      }),
    ).toThrow(expect.objectContaining({ code: 'invalid_option' }))
  })

  it('refuses names that are no segments', () => {
    expect(() => state('Greet', { run: () => undefined })).toThrow(
      expect.objectContaining({ code: 'invalid_id' }),
    )
    expect(() => contextKey('a-b', z.string())).toThrow(
      expect.objectContaining({ code: 'invalid_id' }),
    )
  })
})

describe('input and output', () => {
  const op = defineOp({
    id: 'hello',
    version: 'v1',
    input: name,
    output: greeting,
    states: [greet],
  })

  it('are judged by their schemas', () => {
    expect(initialContext(op, { first: 'Ada' })).toEqual({ name: { first: 'Ada' } })
    expect(() => initialContext(op, { first: 1 })).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        details: { problems: [expect.objectContaining({ pointer: '/first' })] },
      }),
    )
    expect(outputOf(op, { greeting: 'hi' })).toBe('hi')
    expect(() => outputOf(op, { greeting: 1 })).toThrow(
      expect.objectContaining({ code: 'context_value_invalid' }),
    )
  })

  it('are refused where the op has none', () => {
    const bare = defineOp({
      id: 'bare',
      version: 'v1',
      states: [state('s', { run: () => undefined })],
    })
    expect(initialContext(bare, undefined)).toEqual({})
    expect(() => initialContext(bare, 1)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    )
  })
})
