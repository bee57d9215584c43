import type { RunId } from '@mfm/core-types'
import type { Task } from '../../children/child.ts'
import { collect, digestOf } from '../support/samples.ts'

/** Says the head of a run, and the digest of each of its events. */
export const task: Task = async (harness, given, say) => {
  const { scope, run } = given as { readonly scope: string; readonly run: RunId } // from processes
  const { events, close } = await harness.open(scope)
  if (events === undefined) throw new Error('the harness has no events')
  say(await events.headSeq(run))
  say((await collect(events.read(run))).map(digestOf))
  await close()
  await harness.close?.()
}
