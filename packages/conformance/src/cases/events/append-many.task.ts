import { setTimeout } from 'node:timers/promises'
import type { RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { Task } from '../../children/child.ts'
import { domainEvent, envelopes } from '../support/samples.ts'

/** Waits for the first event of another run, so that several processes begin at once; then appends one by one. */
export const task: Task = async (harness, given, say) => {
  const { scope, run, gate, name, count } = given as {
    readonly scope: string
    readonly run: RunId
    readonly gate: RunId
    readonly name: number
    readonly count: number
  } // from processes
  const { events, close } = await harness.open(scope)
  if (events === undefined) throw new Error('the harness has no events')
  say('ready')
  while ((await events.headSeq(gate)) === 0) await setTimeout(2)
  for (let index = 0; index < count; ) {
    const after = await events.headSeq(run)
    try {
      await events.append(run, after, envelopes({ run, after }, [domainEvent({ name, index })]))
      index++
    } catch (error) {
      if (!hasCode(error, 'event_store_concurrency')) throw error
    }
  }
  await close()
  await harness.close?.()
}
