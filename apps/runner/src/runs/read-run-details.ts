import type {
  ArtifactId,
  EventEnvelope,
  JsonObject,
  JsonValue,
  RunCompleted,
  RunId,
  RunStarted,
  RunSummary,
  StateFailed,
  Stores,
} from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'
import { ChainCheck, Engine, loadManifest, readDivergence } from '@mfm/engine'
import { MfmError } from '@mfm/errors'
import type { RunDetailsDocument, WorkflowDetails } from '../output-schemas/run-details-document.ts'
import type { FailureDocument } from '../output-schemas/run-document.ts'
import { commandForStopped } from './next-command.ts'
import { elapsed, StateTally } from './state-tally.ts'

/** What one pass over the stream of a run gathers. */
class RunReading {
  readonly tally: StateTally = new StateTally()
  readonly chain: ChainCheck = new ChainCheck()
  summary: RunSummary | undefined
  started: RunStarted | undefined
  ended: RunCompleted | undefined
  lastFailed: StateFailed | undefined
  snapshotId: ArtifactId | undefined
  facts = 0

  add(envelope: EventEnvelope): void {
    const { event } = envelope
    this.chain.next(envelope)
    this.summary = foldRunSummary(this.summary, envelope)
    this.tally.add(envelope)
    if (event.type === 'fact_recorded') this.facts += 1
    if (event.type === 'run_started') {
      this.started = event
      this.snapshotId = event.initialSnapshotId
    }
    if (event.type === 'state_completed') this.snapshotId = event.contextSnapshotId
    if (event.type === 'state_failed') this.lastFailed = event
    if (event.type === 'run_completed') this.ended = event
  }

  get failure(): FailureDocument | null {
    const { ended, lastFailed } = this
    if (ended?.status !== 'failed') return null
    if (ended.error !== null) return { stateId: null, attempt: null, error: ended.error }
    if (lastFailed === undefined) return null
    const { stateId, attempt, error } = lastFailed
    return { stateId, attempt, error }
  }
}

/**
 * Reads a whole run, checking the links of its stream.
 *
 * @throws MfmError `run_not_found`, `event_store_corruption`, and what reading artifacts throws
 */
export async function readRunDetails(
  stores: Stores,
  runId: RunId,
  { signal, storeOptions }: { readonly signal: AbortSignal; readonly storeOptions?: string },
): Promise<RunDetailsDocument> {
  const reading = new RunReading()
  for await (const envelope of stores.events.read(runId, {}, { signal })) reading.add(envelope)
  const { summary, chain, snapshotId } = reading
  if (summary === undefined || chain.head.digest === null) {
    throw new MfmError('run_not_found', { message: `there is no run ${runId}` })
  }
  const { phase, startedAtMillis, updatedAtMillis } = summary
  const workflow = await workflowDetails(stores, reading.started)
  const context =
    snapshotId === undefined ? null : await new Engine({ stores }).readContext(snapshotId)
  return {
    runId,
    phase,
    workflow,
    startedAtMillis,
    updatedAtMillis,
    durationMillis: elapsed(startedAtMillis, updatedAtMillis),
    head: { seq: chain.head.seq, digest: chain.head.digest },
    states: reading.tally.states,
    facts: reading.facts,
    failure: reading.failure,
    divergence: divergenceOf(reading, runId, storeOptions),
    output: phase === 'completed' ? outputOf(workflow, context) : null,
    context,
  }
}

/** Of the last attempt that failed, unless the run completed all the same. */
function divergenceOf(
  { lastFailed, ended }: RunReading,
  runId: RunId,
  storeOptions: string | undefined,
): RunDetailsDocument['divergence'] {
  const divergence = lastFailed && readDivergence(lastFailed.error.details)
  if (divergence === undefined || ended?.status === 'completed') return null
  const command =
    storeOptions === undefined ? null : commandForStopped(divergence, { runId, storeOptions })
  return { ...divergence, command }
}

function outputOf(workflow: WorkflowDetails | null, context: JsonObject | null): JsonValue {
  const key = workflow?.outputKey ?? null
  return key === null ? null : (context?.[key] ?? null)
}

async function workflowDetails(
  { artifacts }: Stores,
  started: RunStarted | undefined,
): Promise<WorkflowDetails | null> {
  if (started === undefined) return null
  const { opId, opVersion, manifestId, parent } = started
  const { input, outputKey, provenance, fork } = await loadManifest(artifacts, manifestId)
  const forkOf = parent === null || fork === undefined ? null : { ...parent, at: fork.at }
  return { opId, opVersion, manifestId, input, outputKey, provenance, forkOf }
}
