import type { JsonObject, JsonValue, Plan, RunConfig } from '@mfm/core-types'
import { DEFAULT_RUN_CONFIG, runConfigSchema } from '@mfm/core-types'
import { validatePlan } from '@mfm/engine'
import { decode, MfmError, parseId } from '@mfm/errors'
import type { AnyContextKey, ContextKey } from './context-key.ts'
import { planOf } from './plan-of.ts'
import type { AmbientRules, State } from './state.ts'

export interface OpOptions<Input, Output> {
  /** One segment. */
  readonly id: string
  /** Changed by the author when old runs must not be resumed with the new code. */
  readonly version: string
  /** Holds the run's input; judged by its schema before the run starts. */
  readonly input?: ContextKey<Input>
  /** Holds the run's result when the last state has completed. */
  readonly output?: ContextKey<Output>
  /** In order; each follows the one before it unless it says `after`. */
  readonly states: readonly State[]
  /** What differs from the default settings. */
  readonly runConfig?: Partial<RunConfig>
  /** Outside input that every state may take past `io`. */
  readonly ambient?: AmbientRules
}

/** A workflow: what `mfm run` takes as a file's default export. */
export interface Op<Input = unknown, Output = unknown> {
  readonly id: string
  readonly version: string
  readonly input: ContextKey<Input> | undefined
  readonly output: ContextKey<Output> | undefined
  readonly states: readonly State[]
  readonly runConfig: RunConfig
  /** What the engine executes. */
  readonly plan: Plan
}

/**
 * Declares an op, and plans it.
 *
 * @throws MfmError `invalid_id`, `invalid_option`, `invalid_plan`: with `details.problem` `unsatisfied_read` where a
 * state reads what neither the input nor a state before it writes, `unknown_predecessor` where `after` names a state
 * of another op, `unwritten_output`, `duplicate_context_key` where two keys have one name
 */
export function defineOp<Input = never, Output = never>(
  options: OpOptions<Input, Output>,
): Op<Input, Output> {
  const { id, version, input, output, states } = options
  const { allow } = options.ambient ?? { allow: [] }
  const plan = planOf({ id: parseId('op_id', id), version, states, input, output, allow })
  validatePlan(plan)
  const runConfig = decode(
    runConfigSchema,
    { ...DEFAULT_RUN_CONFIG, ...options.runConfig },
    'invalid_option',
    { what: `the run config of ${id}` },
  )
  return Object.freeze({ id, version, input, output, states, runConfig, plan })
}

export function isOp(value: unknown): value is Op {
  return (
    typeof value === 'object' &&
    value !== null &&
    'plan' in value &&
    'states' in value &&
    'runConfig' in value
  )
}

/**
 * The context that a run of the op starts with.
 *
 * @throws MfmError `invalid_input`
 */
export function initialContext(
  op: Pick<Op, 'id'> & { readonly input: AnyContextKey | undefined },
  input: unknown,
): JsonObject {
  const { input: key } = op
  if (key === undefined) {
    if (input === undefined || input === null) return {}
    throw new MfmError('invalid_input', { message: `${op.id} takes no input` })
  }
  const value = decode<unknown>(key.schema, input ?? {}, 'invalid_input', {
    what: `the input of ${op.id}`,
  })
  // What is JSON is judged when the first snapshot is made.
  return { [key.name]: value as JsonValue }
}

/** The result that a finished context holds; `undefined` for an op without output. */
export function outputOf<Output>(
  op: Pick<Op<never, Output>, 'id' | 'output'>,
  context: JsonObject,
): Output | undefined {
  const { output } = op
  if (output === undefined || !Object.hasOwn(context, output.name)) return undefined
  return decode(output.schema, context[output.name], 'context_value_invalid', {
    what: `the output of ${op.id}`,
    details: { key: output.name },
  })
}
