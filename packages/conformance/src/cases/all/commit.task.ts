import type { RunId } from '@mfm/core-types'
import type { Task } from '../../children/child.ts'
import { commitAt } from './crash-cases.ts'

/** Commits until it is killed, and says the head after each. */
export const task: Task = async (harness, given, say) => {
  const { scope, run } = given as { readonly scope: string; readonly run: RunId } // from crash-cases
  const { atomic } = await harness.open(scope)
  if (atomic === undefined) throw new Error('there is no atomic recorder')
  for (let head = 0; ; ) {
    head = await atomic.recordAtomically(run, head, commitAt(run, head))
    say(head)
  }
}
