import type { ConformanceCase } from '../../case.ts'
import { checkHistories } from '../../histories/check-histories.ts'
import { streamExperiment } from '../../histories/stream-experiment.ts'
import { openHandles } from '../support/handles.ts'
import { newRun } from '../support/samples.ts'

export const EVENT_HISTORIES: readonly ConformanceCase<'events'>[] = [
  {
    id: 'ES-24',
    subject: 'events',
    level: 2,
    title:
      '100 histories of 8 clients with 25 calls each over two handles are linearizable per run',
    why: 'A lost update or a stale head shows only in how the calls of several clients fit together.',
    run: async (context) => {
      const handles = (await openHandles(context, 2)).map(({ events }) => events)
      await checkHistories(context, 100, async (chance) =>
        streamExperiment(handles, [newRun(chance), newRun(chance)]),
      )
    },
  },
]
