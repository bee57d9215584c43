import type { CallOptions, EventEnvelope, RunId, Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/**
 * The runs of a bundle: those that are asked for, and those that they came from as far as the store has them, in the
 * order of the bundle.
 *
 * @throws MfmError `run_not_found`; `invalid_option` where none is asked for
 */
export async function selectRuns(
  { events }: Pick<Stores, 'events'>,
  asked: readonly RunId[],
  options: CallOptions,
): Promise<RunId[]> {
  if (asked.length === 0) {
    throw new MfmError('invalid_option', { message: 'a bundle needs at least one run' })
  }
  const found: RunId[] = []
  const wanted = new Set(asked)
  // Goes on to the parents, which are added on the way.
  for (const runId of wanted) {
    let first: EventEnvelope | undefined
    for await (const envelope of events.read(runId, { from: 1, to: 1 }, options)) first = envelope
    if (first === undefined) {
      if (!asked.includes(runId)) continue
      throw new MfmError('run_not_found', {
        message: `there is no run ${runId}`,
        details: { runId },
      })
    }
    found.push(runId)
    const { event } = first
    if (event.type === 'run_started' && event.parent !== null) wanted.add(event.parent.runId)
  }
  return found.sort()
}
