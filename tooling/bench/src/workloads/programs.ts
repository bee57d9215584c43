import type { IoProvider, JsonValue } from '@mfm/core-types'
import type { Op } from '@mfm/workflow'
import { contextKey, defineOp, state } from '@mfm/workflow'
import { z } from 'zod'
import { CheckFailed, expectEqual } from '../harness/check.ts'
import { NAMESPACE, requestOf } from './answers.ts'

const number = z.number()
const sum = contextKey('sum', number)

/** One state that makes `count` recorded calls one after the other, and adds up what it was answered. */
export function callsInOneState(series: string, count: number): Op<never, number> {
  const all = state('all', {
    writes: [sum],
    run: async ({ context, io }) => {
      let total = 0
      for (let n = 0; n < count; n += 1)
        total += idOf(await io.call(NAMESPACE, requestOf(series, n)))
      context.write(sum, total)
    },
  })
  return defineOp({ id: 'calls_in_one_state', version: 'v1', output: sum, states: [all] })
}

/** `count` states, each with one recorded call and one small value of its own in the context. */
export function callPerState(series: string, count: number): Op<never, number> {
  const keys = Array.from({ length: count }, (_, n) => contextKey(`value_${n}`, number))
  const states = keys.map((key, n) =>
    state(`step_${n}`, {
      writes: [key],
      run: async ({ context, io }) => {
        context.write(key, idOf(await io.call(NAMESPACE, requestOf(series, n))))
      },
    }),
  )
  const output = keys.at(-1)
  if (output === undefined) throw new RangeError('an op has at least one state')
  return defineOp({ id: 'call_per_state', version: 'v1', output, states })
}

/** The calls of {@link callsInOneState} by a program of its own, without an engine. */
export async function callInProgram(io: IoProvider, series: string, count: number): Promise<void> {
  let total = 0
  for (let n = 0; n < count; n += 1) {
    const { response } = await io.call({ namespace: NAMESPACE, request: requestOf(series, n) })
    total += idOf(response)
  }
  expectEqual('sum of the answers', total, sumOfIds(count))
}

/** The output of {@link callsInOneState}. */
export function sumOfIds(count: number): number {
  return (count * (count - 1)) / 2
}

/** By hand: what judges the answer is not what is measured. */
function idOf(answer: JsonValue): number {
  const { id } = Object(answer)
  if (typeof id === 'number') return id
  throw new CheckFailed('a call was answered with something else')
}
