import type { JsonObject, Plan, StateId, StateNode } from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import { orderStates } from './order-states.ts'

/** Orders of plans that were found good and that nobody can change any more. */
const known = new WeakMap<Plan, readonly StateNode[]>()

/**
 * Checks a plan and gives its states in execution order.
 *
 * @throws MfmError `invalid_plan` with `details.problem`, the first that applies of: `empty_plan`,
 * `duplicate_state_id`, `missing_state_for_edge`, `circular_dependency`; `invalid_id` for a malformed identifier
 */
export function validatePlan(plan: Plan): readonly StateNode[] {
  const before = known.get(plan)
  if (before !== undefined) return before
  parseId('op_id', plan.opId)
  if (plan.states.length === 0) throw invalid('empty_plan', 'the plan has no states', {})
  const ids = new Set<StateId>()
  for (const { id } of plan.states) {
    parseId('state_id', id)
    if (ids.has(id)) {
      throw invalid('duplicate_state_id', `the state ${id} is planned twice`, { stateId: id })
    }
    ids.add(id)
  }
  for (const { from, to } of plan.edges) {
    if (ids.has(from) && ids.has(to)) continue
    const missing = ids.has(from) ? to : from
    throw invalid('missing_state_for_edge', `an edge names ${missing}, which is no state`, {
      missing,
    })
  }
  const order = orderStates(plan)
  if (order.length < plan.states.length) throw circular(plan, order)
  if (isFixed(plan)) known.set(plan, order)
  return order
}

/** Whether what was judged stays as it is. */
function isFixed(plan: Plan): boolean {
  const { states, edges } = plan
  const isFrozen = (part: object): boolean => Object.isFrozen(part)
  return [plan, states, edges].every(isFrozen) && states.every(isFrozen) && edges.every(isFrozen)
}

function circular(plan: Plan, order: readonly StateNode[]): MfmError {
  const reached = new Set(order.map(({ id }) => id))
  const blocked = plan.states.map(({ id }) => id).filter((id) => !reached.has(id))
  return invalid('circular_dependency', `a cycle blocks ${blocked.join(', ')}`, { cycle: blocked })
}

function invalid(problem: string, message: string, details: JsonObject): MfmError {
  return new MfmError('invalid_plan', { message, details: { problem, ...details } })
}
