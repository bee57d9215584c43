import type { RunId } from '@mfm/core-types'
import type { Task } from '../../children/child.ts'
import { requireRounds, writeRound } from './rounds.ts'

/** Fails unless the rounds are there, as seen by this process; then writes the next one. */
export const task: Task = async (harness, given, say) => {
  const { scope, run, rounds } = given as {
    readonly scope: string
    readonly run: RunId
    readonly rounds: number
  } // from isolation-cases
  const stores = await harness.open(scope)
  try {
    await requireRounds(stores, run, rounds)
    await writeRound(stores, run, rounds + 1)
    say('seen')
  } finally {
    await stores.close()
    await harness.close?.()
  }
}
