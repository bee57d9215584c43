import type { StateNode } from '@mfm/core-types'
import type { History } from '../history/history.ts'
import type { Ending } from './execution.ts'
import { Execution } from './execution.ts'
import type { LiveHost } from './live-host.ts'
import type { RunFailure, RunResult } from './run-result.ts'

/** Runs what is left of a run, unless its ending is given, and says how it stands. */
export async function finishRun(
  host: LiveHost,
  history: History,
  rest: readonly StateNode[] | Ending,
): Promise<RunResult> {
  const ending = 'phase' in rest ? rest : await new Execution(host, history, rest).run()
  return {
    runId: host.runId,
    phase: ending.phase,
    finalSnapshotId: ending.checkpoint,
    head: host.writer.head,
    failure: ending.phase === 'failed' ? runFailure(history) : undefined,
  }
}

/** The failed attempt that ended the run, or the limit of the whole run that did. */
export function runFailure(history: History): RunFailure | undefined {
  const limit = history.ended?.error
  if (limit !== undefined && limit !== null) return { stateId: null, attempt: null, error: limit }
  const failed = [...history.states.values()].findLast(
    ({ lastFailure }) => lastFailure !== undefined,
  )
  if (failed?.lastFailure === undefined) return undefined
  const { stateId, attempt, error } = failed.lastFailure
  return { stateId, attempt, error }
}
