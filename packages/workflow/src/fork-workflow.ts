import type { DivergencePolicy, JsonValue, Provenance, RunId } from '@mfm/core-types'
import type { ContextEdit, EngineOptions, FactEdit, ForkReport } from '@mfm/engine'
import { Engine } from '@mfm/engine'
import { decode, MfmError } from '@mfm/errors'
import type { AnyContextKey } from './context-key.ts'
import type { Op } from './op.ts'
import { outputOf } from './op.ts'

/** A fork as it was left, with its output once it has completed. */
export interface WorkflowFork<Output> extends ForkReport {
  readonly output: Output | undefined
}

export interface ForkWorkflowOptions extends EngineOptions {
  /** The run that is forked. It is read, and never changed. */
  readonly parentId: RunId
  /** The first state that the fork runs itself: its id, or the id that it has in the op. */
  readonly at: string
  /** Recorded answers to replace: `fact` is a key, the beginning of one, or `state#ordinal`. */
  readonly facts?: readonly FactEdit[] | undefined
  /** Context keys to set in what the fork begins with; judged by the schemas of the op. */
  readonly context?: readonly ContextEdit[] | undefined
  /** Perform what the parent did not record. Without it such a call ends the fork, and nothing has been written. */
  readonly live?: boolean | undefined
  /** The divergence policy of the fork; the parent's by default. */
  readonly divergence?: DivergencePolicy | undefined
  /** Of the fork; a new random UUID by default. */
  readonly runId?: RunId | undefined
  readonly provenance?: Provenance | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs an op from one of the states of a run on, on the facts of that run and with changes, as a run of its own.
 *
 * @throws MfmError `fork_edit_invalid` for a context key that the op does not declare, `context_value_invalid`, and
 * the refusals of the engine's `fork`
 *
 * @example
 * const { states, outputs } = await forkWorkflow(weather, {
 *   stores, parentId: runId, at: 'ask', facts: [{ fact: 'ask#0', value: answer }],
 * })
 */
export async function forkWorkflow<Input, Output>(
  op: Op<Input, Output>,
  options: ForkWorkflowOptions,
): Promise<WorkflowFork<Output>> {
  const { parentId, at, facts, live, divergence, runId, provenance, signal } = options
  const engine = new Engine(options)
  const report = await engine.fork({
    parentId,
    at,
    plan: op.plan,
    outputKey: op.output?.name,
    provenance,
    facts,
    context: judgedContext(op, options.context ?? []),
    live,
    divergence,
    runId,
    signal,
  })
  const { phase, finalSnapshotId } = report
  const output =
    phase === 'completed' && op.output !== undefined
      ? outputOf(op, await engine.readContext(finalSnapshotId, [op.output.name]))
      : undefined
  return { ...report, output }
}

function judgedContext<Input, Output>(
  op: Op<Input, Output>,
  edits: readonly ContextEdit[],
): ContextEdit[] {
  const declared: readonly (AnyContextKey | undefined)[] = [
    op.input,
    op.output,
    ...op.states.flatMap(({ reads, writes }) => [...reads, ...writes]),
  ]
  const keys = new Map(declared.flatMap((key) => (key === undefined ? [] : [[key.name, key]])))
  return edits.map(({ key: name, value }) => {
    const key = keys.get(name)
    if (key === undefined) throw undeclared(op.id, name, [...keys.keys()])
    const what = `the value of the context key ${name}`
    const rules = { what, details: { key: name } }
    const judged: unknown = decode(key.schema, value, 'context_value_invalid', rules)
    // What is JSON is judged when the snapshot is made.
    return { key: name, value: judged as JsonValue }
  })
}

function undeclared(opId: string, name: string, keys: readonly string[]): MfmError {
  return new MfmError('fork_edit_invalid', {
    message: `${opId} declares no context key ${JSON.stringify(name.slice(0, 200))}`,
    details: { key: name.slice(0, 200), keys },
    help: `It declares ${keys.join(', ')}.`,
  })
}
