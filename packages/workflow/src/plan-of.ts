import { allowAmbient, instrument } from '@mfm/ambient'
import type { JsonObject, OpId, Plan, StateId, StateNode } from '@mfm/core-types'
import { isStateId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { AnyContextKey } from './context-key.ts'
import type { Io } from './io.ts'
import { ioFrom } from './io.ts'
import type { AmbientRules, State } from './state.ts'
import { typedContext } from './typed-context.ts'

export interface OpShape {
  readonly id: OpId
  readonly version: string
  readonly states: readonly State[]
  readonly input: AnyContextKey | undefined
  readonly output: AnyContextKey | undefined
  /** Of every state. */
  readonly allow: AmbientRules['allow']
}

/** A lone op is a machine of one step named `main`. */
const STEP_ID = 'main'

/** Frozen through and through, so that the engine need judge it only once. */
export function planOf(op: OpShape): Plan {
  assertKeys(op)
  const ids = new Map<State, StateId>()
  for (const state of op.states) ids.set(state, stateIdOf(op, state))
  const idOf = (state: State): StateId => ids.get(state) ?? stateIdOf(op, state)
  const edges = op.states.flatMap((state, index) => {
    const predecessors = state.after ?? op.states.slice(Math.max(0, index - 1), index)
    const stranger = predecessors.find((predecessor) => !ids.has(predecessor))
    if (stranger !== undefined) throw foreignPredecessor(op, state, stranger)
    return predecessors.map((from) => Object.freeze({ from: idOf(from), to: idOf(state) }))
  })
  return Object.freeze({
    opId: op.id,
    opVersion: op.version,
    states: Object.freeze(op.states.map((state) => nodeOf(idOf(state), state, op.allow))),
    edges: Object.freeze(edges),
  })
}

function nodeOf(id: StateId, state: State, allow: AmbientRules['allow']): StateNode {
  return Object.freeze<StateNode>({
    id,
    metadata: {
      tags: state.tags,
      sideEffects: state.sideEffects,
      reads: state.reads.map(({ name }) => name),
      writes: state.writes.map(({ name }) => name),
      ...(state.divergence !== undefined && { divergence: state.divergence }),
    },
    handler: async ({ context, io, events, signal }) => {
      const run = async (own: Io): Promise<void> =>
        await state.run({
          context: typedContext(context),
          io: own,
          emit: async (name, payload) => await events.emit(name, payload),
          signal,
        })
      const own = ioFrom(io, signal)
      await allowAmbient([...allow, ...state.ambient.allow], async () =>
        state.instrument === undefined
          ? await run(own)
          : await instrument(own, run, state.instrument),
      )
    },
  })
}

function stateIdOf(op: OpShape, state: State): StateId {
  const id = `${op.id}.${STEP_ID}.${state.id}`
  if (!isStateId(id)) throw new MfmError('internal_error', { details: { stateId: id } })
  return id
}

function foreignPredecessor(op: OpShape, state: State, stranger: State): MfmError {
  return invalid(
    'unknown_predecessor',
    `${state.id} follows ${stranger.id}, which is not in ${op.id}`,
    { stateId: stateIdOf(op, state), missing: stranger.id },
  )
}

function assertKeys({ id, states, input, output }: OpShape): void {
  const keys = new Map<string, AnyContextKey>()
  const declare = (key: AnyContextKey): void => {
    const known = keys.get(key.name)
    if (known !== undefined && known !== key) {
      throw invalid('duplicate_context_key', `two context keys of ${id} are named ${key.name}`, {
        key: key.name,
      })
    }
    keys.set(key.name, key)
  }
  const written = new Set<string>()
  if (input !== undefined) {
    declare(input)
    written.add(input.name)
  }
  for (const state of states) {
    state.reads.forEach(declare)
    state.writes.forEach(declare)
    const unmet = state.reads.find(({ name }) => !written.has(name))
    if (unmet !== undefined) {
      throw invalid(
        'unsatisfied_read',
        `${state.id} reads ${unmet.name}, which nothing before it writes`,
        {
          stateId: state.id,
          key: unmet.name,
        },
      )
    }
    for (const key of state.writes) written.add(key.name)
  }
  if (output !== undefined) declare(output)
  if (output === undefined || written.has(output.name)) return
  throw invalid('unwritten_output', `no state of ${id} writes its output ${output.name}`, {
    key: output.name,
  })
}

function invalid(problem: string, message: string, details: JsonObject): MfmError {
  return new MfmError('invalid_plan', { message, details: { problem, ...details } })
}
