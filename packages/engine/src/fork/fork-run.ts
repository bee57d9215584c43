import { randomUUID } from 'node:crypto'
import type { Plan, StateId, StateNode } from '@mfm/core-types'
import { hasCode, MfmError, parseId } from '@mfm/errors'
import { SYSTEM_SOURCES } from '@mfm/io-live'
import { SecretGuard } from '@mfm/secrets'
import { ContextTree } from '../context/context-tree.ts'
import type { EngineOptions } from '../engine-options.ts'
import type { History } from '../history/history.ts'
import { validatePlan } from '../plan/validate-plan.ts'
import type { RecordedRun } from '../replay/recorded-run.ts'
import { readRecordedRun } from '../replay/recorded-run.ts'
import { assertSequential } from '../run/assert-sequential.ts'
import type { Ending } from '../run/execution.ts'
import { Execution } from '../run/execution.ts'
import { runFailure } from '../run/finish-run.ts'
import { compareFork, forkDifferences, sumFacts } from './compare-fork.ts'
import { factEdits } from './fork-edits.ts'
import { ForkHost } from './fork-host.ts'
import type { ForkPoint } from './fork-point.ts'
import { forkPoint } from './fork-point.ts'
import type { ForkReport } from './fork-report.ts'
import type { ForkRequest } from './fork-request.ts'
import { ParentFacts } from './parent-facts.ts'
import type { ForkStart } from './prepare-fork.ts'
import { prepareFork } from './prepare-fork.ts'
import { alreadyExists } from './write-beginning.ts'

/** Everything that is known before the fork runs. */
interface Plans {
  readonly recorded: RecordedRun
  readonly point: ForkPoint
  readonly order: readonly StateNode[]
  readonly parent: ParentFacts
  readonly start: ForkStart
}

/**
 * Runs a workflow again from one of the states of a run on, on the facts of that run and with changes, as a run of its
 * own. The parent is read and not changed.
 *
 * @throws MfmError `run_not_found`, `run_not_started`, `event_store_corruption`, `plan_op_mismatch`,
 * `fork_state_unknown`, `fork_fact_unknown`, `fork_edit_invalid`, `context_value_invalid`, `secrets_detected`,
 * `run_already_exists`; without `live` also `missing_fact`, `fact_exhausted`, `fact_diverged` and `missing_fact_key`
 * for what the parent did not record. After any of these nothing has been written
 */
export async function forkRun(engine: EngineOptions, request: ForkRequest): Promise<ForkReport> {
  const runId = parseId('run_id', request.runId ?? randomUUID())
  const now = (engine.clock ?? SYSTEM_SOURCES.clock)()
  const recorded = await readRecordedRun(engine.stores, parseId('run_id', request.parentId))
  const { secrets } = recorded.manifest.runConfig
  assertSequential(recorded.manifest.runConfig)
  assertSameOpId(request.plan, recorded)
  if ((await engine.stores.events.headSeq(runId)) > 0) throw alreadyExists(runId)
  const guard = engine.guard?.(secrets) ?? new SecretGuard({ mode: secrets })
  const plans = await plan(engine, request, { recorded, guard, now })
  const { parent } = plans
  const { runConfig: config } = plans.start.manifest
  const allowsLive = request.live ?? false
  const { signal } = request
  const options = { engine, runId, config, guard, parent, allowsLive, startedAtMillis: now, signal }
  using host = new ForkHost(options)
  const history = plans.start.history
  await host.commit(plans.start.commit)
  const ending = await new Execution(host, history, plans.order).run()
  if (host.refusal !== undefined) throw refused(host.refusal)
  if (ending.phase === 'running' && !host.writer.hasBegun) {
    throw host.stopReason() ?? new MfmError('attempt_interrupted')
  }
  await host.writer.flush()
  return await report(host, history, { ...plans, ending })
}

async function plan(
  engine: EngineOptions,
  request: ForkRequest,
  {
    recorded,
    guard,
    now,
  }: { readonly recorded: RecordedRun; readonly guard: SecretGuard; readonly now: number },
): Promise<Plans> {
  const { stores } = engine
  const order = validatePlan(request.plan)
  const point = forkPoint(recorded, request.at, order)
  const rules = { guard, numbers: recorded.manifest.runConfig.numbers }
  const { payloads, record } = await factEdits(recorded.source, request.facts ?? [], {
    point,
    rules,
  })
  const parent = await ParentFacts.load({ stores, recorded, point, payloads })
  const given = { request, recorded, point, facts: record, guard, now }
  return {
    recorded,
    point,
    order,
    parent,
    start: await prepareFork(stores.artifacts, given, order),
  }
}

/** Other versions of the op are welcome: what they make of the facts is what the fork is to show. */
function assertSameOpId({ opId, opVersion }: Plan, { started }: RecordedRun): void {
  if (opId === started.opId) return
  throw new MfmError('plan_op_mismatch', {
    message: `the run is one of ${started.opId}, the workflow is ${opId}`,
    details: {
      recorded: { opId: started.opId, opVersion: started.opVersion },
      planned: { opId, opVersion },
    },
  })
}

const MISSES = ['missing_fact', 'fact_exhausted', 'fact_diverged', 'missing_fact_key'] as const
const LIVE_HELP =
  'The parent did not record this call, and nothing has been written. Allow live calls (--live) to perform and record it.'

function refused(error: MfmError): MfmError {
  if (!hasCode(error, ...MISSES)) return error
  const { code, message, details } = error
  return new MfmError(code, { message, details: details ?? undefined, help: LIVE_HELP })
}

async function report(
  host: ForkHost,
  history: History,
  { recorded, point, order, parent, start, ending }: Plans & { readonly ending: Ending },
): Promise<ForkReport> {
  const tree = new ContextTree((id) => host.load(id), host.config.numbers)
  const parentEvents = recorded.comparable.map(({ event }) => event)
  const states = await compareFork({
    tree,
    states: statesAhead(order, point, recorded),
    parentEvents,
    forkEvents: host.events,
    parent,
  })
  const ended = parentEvents.at(-1)
  const before =
    ended?.type === 'run_completed' && ended.status === 'completed'
      ? await tree.get(ended.finalSnapshotId, recorded.manifest.outputKey ?? '')
      : undefined
  const after =
    ending.phase === 'completed'
      ? await tree.get(ending.checkpoint, start.manifest.outputKey ?? '')
      : undefined
  const outputs = { parent: before ?? null, fork: after ?? null }
  return {
    runId: host.runId,
    phase: ending.phase,
    finalSnapshotId: ending.checkpoint,
    head: host.writer.head,
    failure: ending.phase === 'failed' ? runFailure(history) : undefined,
    parent: { runId: recorded.runId, seq: point.sharedSeq },
    edits: start.edits,
    states,
    facts: sumFacts(states),
    outputs: { ...outputs, differences: forkDifferences(outputs.parent, outputs.fork) },
  }
}

/** States of today's plan that had not completed, and after them those that only the parent has. */
function statesAhead(
  order: readonly StateNode[],
  { completed }: ForkPoint,
  { comparable }: RecordedRun,
): StateId[] {
  const ahead = new Set(order.map(({ id }) => id).filter((id) => !completed.has(id)))
  for (const { event } of comparable) {
    if (event.type === 'state_entered' && !completed.has(event.stateId)) ahead.add(event.stateId)
  }
  return [...ahead]
}
