import type { DivergencePolicy, JsonObject, RunId, StateNode } from '@mfm/core-types'
import { parseId } from '@mfm/errors'
import { callSite } from '@mfm/facts'
import { ContextTree } from '../context/context-tree.ts'
import type { EngineOptions } from '../engine-options.ts'
import { History } from '../history/history.ts'
import { validatePlan } from '../plan/validate-plan.ts'
import type { Ending } from '../run/execution.ts'
import { Execution } from '../run/execution.ts'
import { runFailure } from '../run/finish-run.ts'
import { assertSameOp } from '../run/resume-run.ts'
import { initialSnapshot } from '../run/start-run.ts'
import type { RecordedRun } from './recorded-run.ts'
import { assertFinished, readRecordedRun } from './recorded-run.ts'
import { ReplayHost, ReplayStopped } from './replay-host.ts'
import type { Difference, ReplayReport } from './replay-report.ts'
import type { StartOfToday } from './start-differences.ts'
import { settingsNotes, startDifferences } from './start-differences.ts'

/** The plan and what is compared of the start are those of the code of today. */
export interface ReplayRequest extends StartOfToday {
  readonly runId: RunId
  /**
   * The initial context as the code of today makes it from the recorded input; the recorded one by default. Of no
   * effect for a fork, which begins with a snapshot of its parent.
   */
  readonly context?: JsonObject | undefined
  /** Held to in place of what the run, its states and their calls say. */
  readonly divergence?: DivergencePolicy | undefined
  /** `recorded`: the chunks of streamed answers come as far apart as they did; absent: at once. */
  readonly timing?: 'recorded' | undefined
  readonly signal?: AbortSignal | undefined
}

/** Facts that a report lists. */
const MAX_UNUSED = 100

/**
 * Executes a plan on the facts of a run. Nothing is written and nothing is sent. Where a call differs, the plan is
 * executed once more to learn where in the code it is made, so that nothing is spent on that where nothing differs.
 *
 * @param compare hold every event against the recorded ones, and what is started against what was
 * @throws MfmError `run_not_found`, `run_not_started`, `event_store_corruption`, `plan_op_mismatch`; when comparing
 * `run_not_finished`
 */
export async function replayRun(
  engine: EngineOptions,
  request: ReplayRequest,
  { compare }: { readonly compare: boolean },
): Promise<ReplayReport> {
  const report = await replayOnce(engine, request, { compare })
  const { differences, allowed } = report
  if (![...differences, ...allowed].some(isUnlocated)) return report
  const root = engine.sourceRoot ?? process.cwd()
  // What was found past `io` has been told.
  const quiet = { ...engine, ambient: { ...engine.ambient, onFinding: undefined } }
  const located = await replayOnce(quiet, request, { compare, locate: () => callSite(root) })
  return {
    ...report,
    differences: withLocations(differences, located.differences),
    allowed: withLocations(allowed, located.allowed),
  }
}

interface Manner {
  readonly compare: boolean
  readonly locate?: () => string | undefined
}

async function replayOnce(
  engine: EngineOptions,
  request: ReplayRequest,
  { compare, locate }: Manner,
): Promise<ReplayReport> {
  const { plan, signal, divergence, timing } = request
  const runId = parseId('run_id', request.runId)
  const recorded = await readRecordedRun(engine.stores, runId)
  assertOp(request, recorded, compare)
  if (compare) assertFinished(recorded)
  const order = validatePlan(plan)
  const { source } = recorded
  const host = new ReplayHost({ engine, recorded, compare, divergence, locate, timing, signal })
  if (compare) {
    host.differences.push(...(await startDifferences(request, recorded, engine.stores.artifacts)))
  }
  const { history, ending } = await execute(host, request, { recorded, order })
  return {
    runId,
    verdict: verdictOf(host),
    divergence: divergence ?? host.config.divergence,
    differences: host.differences,
    allowed: host.allowed,
    notes: compare ? settingsNotes(request, recorded) : [],
    phase: ending.phase,
    finalSnapshotId: ending.checkpoint,
    context: await readContext(host, ending),
    failure: ending.phase === 'failed' ? runFailure(history) : undefined,
    counts: {
      states: history.completed.size,
      attempts: host.attempts,
      events: recorded.head.seq,
      facts: source.counts.recorded,
      unusedFacts: source.counts.unused,
      outsideEnds: recorded.outsideEnds.size,
    },
    unusedFacts: source
      .unusedFacts()
      .slice(0, MAX_UNUSED)
      .map(({ key }) => key),
    headDigest: recorded.head.digest,
  }
}

function verdictOf({ differences, allowed }: ReplayHost): ReplayReport['verdict'] {
  if (differences.length > 0) return 'different'
  return allowed.length > 0 ? 'allowed' : 'identical'
}

/** Whether it is about a call that today's code makes. */
function isUnlocated({ kind, call, location }: Difference): boolean {
  return call !== null && location.today === null && kind !== 'unused'
}

/** Code that goes another way the second time is told without the places. */
function withLocations(
  differences: readonly Difference[],
  located: readonly Difference[],
): readonly Difference[] {
  return differences.map((difference, index) => {
    const same = located[index]
    if (!isUnlocated(difference) || !isSameCall(difference, same)) return difference
    return { ...difference, location: same.location }
  })
}

function isSameCall(one: Difference, other: Difference | undefined): other is Difference {
  return (
    one.kind === other?.kind &&
    one.stateId === other.stateId &&
    one.attempt === other.attempt &&
    one.call?.key === other.call?.key &&
    one.call?.ordinal === other.call?.ordinal
  )
}

/** A comparison asks for the very version; facts may be given to another version of the op. */
function assertOp({ plan }: ReplayRequest, { started }: RecordedRun, compare: boolean): void {
  assertSameOp(compare ? plan : { ...plan, opVersion: started.opVersion }, started)
}

async function execute(
  host: ReplayHost,
  request: ReplayRequest,
  { recorded, order }: { readonly recorded: RecordedRun; readonly order: readonly StateNode[] },
): Promise<{ readonly history: History; readonly ending: Ending }> {
  const history = new History()
  const { runId, started } = recorded
  let { initialSnapshotId } = started
  try {
    if (request.context !== undefined && recorded.manifest.fork === undefined) {
      const snapshot = await initialSnapshot(request.context, host.config, host.guard)
      initialSnapshotId = snapshot.id
      await host.commit({ artifacts: snapshot.artifacts, events: [] })
    }
    const event = { ...started, initialSnapshotId }
    history.apply({ runId, seq: 1, tsMillis: null, event })
    for (const id of recorded.takenOver) history.completed.add(id)
    if (host.differences.length > 0) throw new ReplayStopped()
    await host.commit({ events: [event] })
    const ending = await new Execution(host, history, order).run()
    host.finish()
    return { history, ending }
  } catch (error) {
    if (!(error instanceof ReplayStopped)) throw error
    const checkpoint = history.checkpoint ?? initialSnapshotId
    return { history, ending: { phase: 'running', checkpoint } }
  }
}

async function readContext(host: ReplayHost, { checkpoint }: Ending): Promise<JsonObject> {
  const tree = new ContextTree((id) => host.load(id), host.config.numbers)
  return Object.fromEntries(await tree.entries(checkpoint))
}
