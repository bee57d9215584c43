import type { PlanEdge, StateId } from '@mfm/core-types'

/** What an order follows from. */
export interface PlanShape<S extends { readonly id: StateId }> {
  readonly states: readonly S[]
  readonly edges: readonly PlanEdge[]
}

/**
 * First-in-first-out topological order: seeded with the states without predecessors in plan order; taking one releases
 * its successors in edge order. A pure function of the plan; resume relies on it.
 *
 * States that a cycle blocks are left out.
 */
export function orderStates<S extends { readonly id: StateId }>(plan: PlanShape<S>): S[] {
  if (isChain(plan)) return [...plan.states]
  const places = placesOf(plan)
  // Grows while it is walked: a released state joins the end.
  const order = [...places.values()].filter(({ waitingFor }) => waitingFor === 0)
  for (const { successors } of order) {
    for (const id of successors) {
      const next = places.get(id)
      if (next === undefined) continue
      next.waitingFor -= 1
      if (next.waitingFor === 0) order.push(next)
    }
  }
  return order.map(({ state }) => state)
}

/** Whether every state but the first follows just the one before it, as most plans are written. */
function isChain({ states, edges }: PlanShape<{ readonly id: StateId }>): boolean {
  if (edges.length !== states.length - 1) return false
  return edges.every(
    ({ from, to }, index) => from === states[index]?.id && to === states[index + 1]?.id,
  )
}

interface Place<S> {
  readonly state: S
  readonly successors: StateId[]
  /** Edges that lead here from states not yet taken. */
  waitingFor: number
}

function placesOf<S extends { readonly id: StateId }>({
  states,
  edges,
}: PlanShape<S>): Map<StateId, Place<S>> {
  const places = new Map<StateId, Place<S>>()
  for (const state of states) places.set(state.id, { state, successors: [], waitingFor: 0 })
  for (const { from, to } of edges) {
    const successor = places.get(to)
    if (successor === undefined) continue
    successor.waitingFor += 1
    places.get(from)?.successors.push(to)
  }
  return places
}
