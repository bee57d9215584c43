import type { DivergencePolicy, Provenance, RunConfig, RunId } from '@mfm/core-types'
import type { EngineOptions, ReplayReport, RunResult } from '@mfm/engine'
import { Engine, loadManifest, readStart } from '@mfm/engine'
import type { Op } from './op.ts'
import { initialContext, outputOf } from './op.ts'

/** How a run stands, with its output once it has completed. */
export interface WorkflowResult<Output> extends RunResult {
  readonly output: Output | undefined
}

/** What a replay found, with the output that it came to. */
export interface WorkflowReplay<Output> extends ReplayReport {
  readonly output: Output | undefined
}

export interface RunWorkflowOptions extends EngineOptions {
  readonly input?: unknown
  readonly runId?: RunId | undefined
  readonly provenance?: Provenance | undefined
  /** Overrides the op's own settings. */
  readonly runConfig?: Partial<RunConfig> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ExistingRunOptions extends EngineOptions {
  readonly runId: RunId
  readonly signal?: AbortSignal | undefined
}

export interface ReplayWorkflowOptions extends ExistingRunOptions {
  /** Held to in place of what the run, its states and their calls say. */
  readonly divergence?: DivergencePolicy | undefined
  /** `recorded`: the chunks of streamed answers come as far apart as they did; absent: at once. */
  readonly timing?: 'recorded' | undefined
}

/**
 * Runs an op to its end.
 *
 * @throws MfmError `invalid_input` and the refusals of the engine's `start`; a failed run is a result
 */
export async function runWorkflow<Input, Output>(
  op: Op<Input, Output>,
  options: RunWorkflowOptions,
): Promise<WorkflowResult<Output>> {
  const { input, runId, provenance, runConfig, signal } = options
  const context = initialContext(op, input)
  const engine = new Engine(options)
  const result = await engine.start({
    plan: op.plan,
    input: (op.input === undefined ? null : context[op.input.name]) ?? null,
    outputKey: op.output?.name,
    context,
    runConfig: { ...op.runConfig, ...runConfig },
    provenance,
    runId,
    signal,
  })
  return await withOutput(op, engine, result)
}

/** Continues a run of the op. A finished run is left as it is. */
export async function resumeWorkflow<Input, Output>(
  op: Op<Input, Output>,
  options: ExistingRunOptions,
): Promise<WorkflowResult<Output>> {
  const { runId, signal } = options
  const engine = new Engine(options)
  return await withOutput(op, engine, await engine.resume({ plan: op.plan, runId, signal }))
}

/** Runs today's code on the facts of a run: no network, no writes. */
export async function replayWorkflow<Input, Output>(
  op: Op<Input, Output>,
  options: ReplayWorkflowOptions,
): Promise<WorkflowReplay<Output>> {
  const { timing, signal } = options
  const request = await replayRequest(op, options)
  const report = await new Engine(options).replay({ ...request, timing, signal })
  return { ...report, output: replayedOutput(op, report) }
}

/** Replays a run and compares every event, snapshot and output with what was recorded. */
export async function verifyWorkflow<Input, Output>(
  op: Op<Input, Output>,
  options: ReplayWorkflowOptions,
): Promise<WorkflowReplay<Output>> {
  const report = await new Engine(options).verify(await replayRequest(op, options))
  return { ...report, output: replayedOutput(op, report) }
}

async function replayRequest<Input, Output>(
  op: Op<Input, Output>,
  { stores, runId, divergence, signal }: ReplayWorkflowOptions,
): Promise<Parameters<Engine['replay']>[0]> {
  const { manifestId } = await readStart(stores, runId)
  const { input } = await loadManifest(stores.artifacts, manifestId)
  return {
    plan: op.plan,
    outputKey: op.output?.name ?? null,
    runConfig: op.runConfig,
    runId,
    divergence,
    signal,
    context: initialContext(op, input),
  }
}

async function withOutput<Input, Output>(
  op: Op<Input, Output>,
  engine: Engine,
  result: RunResult,
): Promise<WorkflowResult<Output>> {
  if (result.phase !== 'completed' || op.output === undefined)
    return { ...result, output: undefined }
  return {
    ...result,
    output: outputOf(op, await engine.readContext(result.finalSnapshotId, [op.output.name])),
  }
}

function replayedOutput<Input, Output>(
  op: Op<Input, Output>,
  report: ReplayReport,
): Output | undefined {
  return report.phase === 'completed' ? outputOf(op, report.context) : undefined
}
