import type { RunId } from '@mfm/core-types'
import type { Task } from '../../children/child.ts'
import { writeRound } from './rounds.ts'

/** Opens the scope, uses every port, closes it, and leaves the rest to the process. */
export const task: Task = async (harness, given, say) => {
  const { scope, run } = given as { readonly scope: string; readonly run: RunId } // from process-cases
  const stores = await harness.open(scope)
  await writeRound(stores, run, 1)
  say('used')
  await stores.close()
  say('closed')
}
