import { z } from 'zod'
import { contextKey, defineOp, state } from '../src/index.ts'

/**
 * Fifty recorded calls in five states, with time and randomness between them. What is new in every attempt stays out
 * of the context, so the result does not depend on how often the process died.
 */
const CALLS_PER_STATE = 10
const STATES = 5

const sum = contextKey('sum', z.number())

const states = Array.from({ length: STATES }, (_, index) =>
  state(`part_${index}`, {
    reads: index === 0 ? [] : [sum],
    writes: [sum],
    run: async ({ context, io, emit }) => {
      let total = (await context.find(sum)) ?? 0
      for (let call = 0; call < CALLS_PER_STATE; call += 1) {
        const n = index * CALLS_PER_STATE + call
        const answer = await io.fetch(
          { endpoint: 'counter', path: `/add/${n}` },
          { key: `add ${n}` },
        )
        total += z.object({ value: z.number() }).parse(await answer.json()).value
        if (call === 5) await emit('halfway', { n, at: await io.now(), id: await io.uuid() })
      }
      context.write(sum, total)
    },
  }),
)

export default defineOp({ id: 'fifty_calls', version: 'v1', output: sum, states })
