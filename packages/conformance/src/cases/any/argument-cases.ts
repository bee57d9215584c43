import assert from 'node:assert/strict'
import { canList } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { requireEach } from '../support/each-port.ts'
import { collect } from '../support/samples.ts'
import { wrongCallsOf } from './calls.ts'

const nothing: Promise<unknown[]> = Promise.resolve([])

export const ARGUMENT_CASES: readonly ConformanceCase<'any'>[] = [
  {
    id: 'XX-01',
    subject: 'any',
    level: 0,
    title: 'no call throws where it is made, whatever it is given: it rejects',
    why: 'Code that awaits a store catches rejections. A throw before the first await escapes it.',
    run: async (context) => {
      const stores = await context.open()
      for (const [name, call] of wrongCallsOf(stores, context)) {
        const promise = call()
        assert.ok(promise instanceof Promise, `${name} gave no promise`)
        await assert.rejects(promise, () => true, `${name} was not refused`)
      }
    },
  },
  {
    id: 'XX-01b',
    subject: 'any',
    level: 0,
    title: 'what is refused for its arguments leaves nothing behind',
    why: 'A wrong call that half happened is found by nobody until a run reads it back.',
    run: async (context) => {
      const stores = await context.open()
      for (const call of wrongCallsOf(stores, context).values())
        await assert.rejects(async () => await call())
      await requireEach(
        stores,
        {
          events: async (events) => (await events.listRuns()).items,
          artifacts: (artifacts) => (canList(artifacts) ? collect(artifacts.list()) : nothing),
          facts: () => nothing,
        },
        { events: [], artifacts: [], facts: [] },
      )
    },
  },
]
