import type { Plan, RunId, RunStarted } from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import type { EngineOptions } from '../engine-options.ts'
import type { ReadHistory } from '../history/read-history.ts'
import { readHistory } from '../history/read-history.ts'
import { assertSamePlan } from '../plan/plan-document.ts'
import { validatePlan } from '../plan/validate-plan.ts'
import { assertSequential } from './assert-sequential.ts'
import { finishRun, runFailure } from './finish-run.ts'
import { LiveHost } from './live-host.ts'
import { loadManifest } from './load-manifest.ts'
import { readStart } from './read-start.ts'
import type { RunResult } from './run-result.ts'

export interface ResumeRequest {
  readonly runId: RunId
  /** Planned from the code of today; it must be the plan that the run was started with. */
  readonly plan: Plan
  readonly signal?: AbortSignal | undefined
}

/**
 * Continues a run from its last durable event. A finished run is left as it is.
 *
 * @throws MfmError `run_not_found`, `run_not_started`, `plan_op_mismatch`, `plan_changed`,
 * `invalid_attempt_envelopes`, `event_store_corruption`; `event_store_concurrency` where somebody else resumed it,
 * and then nothing was changed
 */
export async function resumeRun(engine: EngineOptions, request: ResumeRequest): Promise<RunResult> {
  const { plan, signal } = request
  const { stores } = engine
  const runId = parseId('run_id', request.runId)
  const started = await readStart(stores, runId)
  assertSameOp(plan, started)
  const order = validatePlan(plan)
  await assertSamePlan(plan, started.planDigest, stores.artifacts)
  const past = await readHistory(stores, runId, order)
  const finished = finishedResult(runId, past)
  if (finished !== undefined) return finished

  const { runConfig: config } = await loadManifest(stores.artifacts, started.manifestId)
  assertSequential(config)
  const { startedAtMillis } = past.history
  using host = new LiveHost({ engine, runId, config, past, startedAtMillis, signal })
  return await finishRun(host, past.history, order)
}

function finishedResult(runId: RunId, { history, head }: ReadHistory): RunResult | undefined {
  const { ended } = history
  if (ended === undefined) return undefined
  return {
    runId,
    phase: ended.status,
    finalSnapshotId: ended.finalSnapshotId,
    head,
    failure: ended.status === 'failed' ? runFailure(history) : undefined,
  }
}

/** @throws MfmError `plan_op_mismatch` */
export function assertSameOp(plan: Plan, { opId, opVersion }: RunStarted): void {
  if (plan.opId === opId && plan.opVersion === opVersion) return
  throw new MfmError('plan_op_mismatch', {
    message: `the run was started with ${opId} ${opVersion}, the workflow is ${plan.opId} ${plan.opVersion}`,
    details: {
      recorded: { opId, opVersion },
      planned: { opId: plan.opId, opVersion: plan.opVersion },
    },
  })
}
