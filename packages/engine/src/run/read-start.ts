import type { EventEnvelope, RunId, RunStarted, Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/**
 * The first event of a workflow run.
 *
 * @throws MfmError `run_not_found` for an unknown run, `run_not_started` for a stream that begins otherwise
 */
export async function readStart(stores: Pick<Stores, 'events'>, runId: RunId): Promise<RunStarted> {
  let first: EventEnvelope | undefined
  for await (const envelope of stores.events.read(runId, { from: 1, to: 1 })) first = envelope
  if (first === undefined) {
    throw new MfmError('run_not_found', { message: `there is no run ${runId}`, details: { runId } })
  }
  if (first.event.type === 'run_started') return first.event
  throw new MfmError('run_not_started', {
    message: `${runId} is not a workflow run: its stream begins with ${first.event.type}`,
    details: { runId, first: first.event.type },
  })
}
