import { setImmediate as turn } from 'node:timers/promises'
import type { StateHandler } from '@mfm/core-types'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN } from '../../test/run.fixture.ts'

/** Stores that take several turns to give a document. */
function slowDocuments() {
  const stores = openMemoryStores()
  const artifacts = new Proxy(stores.artifacts, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return async (...given: unknown[]) => {
        for (let wait = 0; name === 'get' && wait < 10; wait += 1) await turn()
        return await member.apply(target, given)
      }
    },
  })
  return { ...stores, artifacts }
}

const first = stateOf('before', async ({ context }) => context.write('x', 1))

function planWith(handler: StateHandler) {
  return planOf([first, stateOf('s', handler)], [['before', 's']])
}

const microtasks = async (count: number) => {
  for (let step = 0; step < count; step += 1) await Promise.resolve()
}

describe('the end of an attempt', () => {
  it('waits for what is in flight, and for whoever goes on from there', async () => {
    const plan = planWith(async ({ io, context }) => {
      const left = async () => {
        await io.nowMillis()
        await microtasks(100)
        const x = (await context.read('x')) ?? null
        await microtasks(100)
        context.write('left', [x, await io.nowMillis()])
      }
      void left()
    })
    const bench = new Bench(slowDocuments())
    await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    const { verdict, context } = await bench.engine.verify({ plan, runId: RUN })
    expect([verdict, context]).toEqual(['identical', { x: 1, left: [1, 1000] }])
  })

  it('is where nothing is in flight: what is written later is not of it', async () => {
    const plan = planWith(async ({ context }) => {
      context.write('y', 2)
      void turn().then(() => context.write('late', true))
    })
    const stores = slowDocuments()
    const dying = new Bench(stores)
    dying.failpoints.arm('after_state_completed')
    await dying.engine.start({ plan, runConfig: config(), runId: RUN })
    // Who continues has to read the snapshot that the attempt began with.
    const { engine } = new Bench(stores)
    await engine.resume({ plan, runId: RUN })
    expect(await engine.verify({ plan, runId: RUN })).toMatchObject({
      verdict: 'identical',
      context: { x: 1, y: 2 },
    })
  })
})
