import type { RunId } from '@mfm/core-types'
import type { Task } from '../../children/child.ts'
import { counted } from '../support/samples.ts'

/** Appends batches for ever; says the head before each and after it. */
export const task: Task = async (harness, given, say) => {
  const { scope, run, batch } = given as {
    readonly scope: string
    readonly run: RunId
    readonly batch: number
  } // from processes
  const { events } = await harness.open(scope)
  if (events === undefined) throw new Error('the harness has no events')
  for (let after = await events.headSeq(run); ; ) {
    say({ begun: after })
    after = await events.append(run, after, counted({ run, after }, batch))
    say({ done: after })
  }
}
