import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { CaseContext } from '../../case.ts'
import type { Chance } from '../support/samples.ts'
import { someInteger } from '../support/samples.ts'

/** Waits for a while that an abort may come after: some turns of the event loop, or some milliseconds. */
export async function someMoment(chance: Chance): Promise<void> {
  if (chance.random() < 0.5) {
    for (let turns = someInteger(chance, 0, 12); turns > 0; turns--) await nextTurn()
  } else {
    await delay(someInteger(chance, 1, 40))
  }
}

/** Longest that what is cleaned up behind an abort may stay. */
const CLEANUP_MILLIS = 5000
const POLL_MILLIS = 50

/** What is left over once cleaning up behind the caller has had its time. */
export async function lastingLeftovers({
  backdoor,
  scope,
  signal,
}: Pick<CaseContext, 'backdoor' | 'scope' | 'signal'>): Promise<readonly string[]> {
  let leftovers = await backdoor.leftovers(scope)
  for (let waited = 0; leftovers.length > 0 && waited < CLEANUP_MILLIS; waited += POLL_MILLIS) {
    await delay(POLL_MILLIS, undefined, { signal })
    leftovers = await backdoor.leftovers(scope)
  }
  return leftovers
}
