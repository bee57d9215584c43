import assert from 'node:assert/strict'
import { isMfmError } from '@mfm/errors'
import type { ConformanceCase } from '../../case.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import { checkHistories } from '../../histories/check-histories.ts'
import type { LabelledCall } from '../../histories/stream-experiment.ts'
import { streamExperiment } from '../../histories/stream-experiment.ts'
import { openHandles } from '../support/handles.ts'
import { newRun, someOf } from '../support/samples.ts'

const PLAIN: ConformanceCase<'events'> = {
  id: 'ES-24',
  subject: 'events',
  level: 2,
  title: '100 histories of 8 clients with 25 calls each over two handles are linearizable per run',
  why: 'A lost update or a stale head shows only in how the calls of several clients fit together.',
  run: async (context) => {
    const handles = (await openHandles(context, 2)).map(({ events }) => events)
    await checkHistories(context, 100, async (chance) =>
      streamExperiment(handles, [newRun(chance), newRun(chance)]),
    )
  },
}

const CUT_OFF: ConformanceCase<'events'> = {
  id: 'ES-24b',
  subject: 'events',
  level: 3,
  needs: ['shared', 'proxy'],
  title:
    '20 histories over a line that cuts at random are linearizable, with outcomes that nobody knows',
  why: 'What a lost reply does to others shows only in how the calls of several clients fit together.',
  run: (context) =>
    throughProxy(context, async ({ proxy, open }) => {
      const handles = [(await open()).events, (await open()).events]
      let fired = 0
      await checkHistories(context, 20, async (chance) => {
        const experiment = streamExperiment(handles, [newRun(chance), newRun(chance)])
        return {
          ...experiment,
          isUnknown: (error) => isMfmError(error) && error.retryable,
          perform: async (client: number, call: LabelledCall) => {
            if (chance.random() >= 0.05) return await experiment.perform(client, call)
            const kind = someOf(chance, ['cut_before', 'cut_after', 'reset'] as const)
            const armed = proxy.arm({ kind })
            try {
              return await experiment.perform(client, call)
            } finally {
              armed.disarm()
              fired += armed.fired
            }
          },
        }
      })
      assert.ok(fired > 0, 'no fault fired')
      context.note(`${fired} requests were cut`)
    }),
}

export const EVENT_HISTORIES: readonly ConformanceCase<'events'>[] = [PLAIN, CUT_OFF]
