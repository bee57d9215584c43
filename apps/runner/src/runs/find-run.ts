import type { RunId, Stores } from '@mfm/core-types'
import { isRunId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** Candidates that an error lists. */
const SHOWN = 10

/**
 * The run that an id, or the beginning of one, names.
 *
 * @throws MfmError `invalid_id`, `run_not_found`, `run_ambiguous` with `details.runs`
 */
export async function findRun({ events }: Stores, given: string): Promise<RunId> {
  const prefix = given.toLowerCase()
  if (isRunId(prefix)) {
    if ((await events.headSeq(prefix)) > 0) return prefix
    throw notFound(given)
  }
  if (!/^[0-9a-f-]{1,35}$/.test(prefix)) {
    throw new MfmError('invalid_id', {
      message: `${JSON.stringify(given.slice(0, 100))} is not a run id, nor the beginning of one`,
      details: { id: 'run_id', value: given.slice(0, 100) },
      help: "Run ids are made of 0-9, a-f and -; 'mfm runs' lists them.",
    })
  }
  const { items, next } = await events.listRuns({ idPrefix: prefix, limit: SHOWN })
  const [first] = items
  if (first === undefined) throw notFound(given)
  if (items.length === 1 && next === undefined) return first.runId
  throw new MfmError('run_ambiguous', {
    message: `several runs begin with ${prefix}`,
    details: { prefix, runs: items.map(({ runId }) => runId), complete: next === undefined },
  })
}

function notFound(given: string): MfmError {
  return new MfmError('run_not_found', {
    message: isRunId(given) ? `there is no run ${given}` : `no run begins with ${given}`,
    details: { run: given },
  })
}
