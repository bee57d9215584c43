import { canonicalize, diffJson } from '@mfm/canonical-json'
import type { JsonPointer, JsonValue, PlanEdge, StateId } from '@mfm/core-types'
import { jsonValueSchema, stateIdSchema } from '@mfm/core-types'
import { z } from 'zod'

type PlanChangeKind = 'renamed' | 'removed' | 'added' | 'moved' | 'changed'

/** One place where two plans differ; a side on which the place is absent is absent here. */
export interface PlanChange {
  readonly change: PlanChangeKind
  /** The state that it is about; `null` for edges and for what concerns the whole plan. */
  readonly stateId: StateId | null
  /** Into the recorded plan document; of what was added, into the one of today. */
  readonly pointer: JsonPointer
  readonly recorded?: JsonValue
  readonly planned?: JsonValue
}

interface PlannedState {
  readonly id: StateId
  readonly metadata: JsonValue
}

interface PlanShape {
  readonly states: readonly PlannedState[]
  readonly edges: readonly PlanEdge[]
}

const shapeSchema: z.ZodType<PlanShape> = z.object({
  states: z.array(z.object({ id: stateIdSchema, metadata: jsonValueSchema })).readonly(),
  edges: z.array(z.object({ from: stateIdSchema, to: stateIdSchema })).readonly(),
})

const MAX_ROWS = 20

/**
 * What was done to a plan document: states are matched by their ids, so that one that was put in or taken out is one
 * change and not a change of all that follow. A state is renamed where another with the same metadata stands in its
 * place.
 */
export function diffPlans(recorded: JsonValue, planned: JsonValue): PlanChange[] {
  const [before, after] = [
    shapeSchema.safeParse(recorded).data,
    shapeSchema.safeParse(planned).data,
  ]
  if (before === undefined || after === undefined) return plainRows(recorded, planned)
  const renames = renamesOf(before.states, after.states)
  const changes = [
    ...stateChanges(before.states, after.states, renames),
    ...moves(before.states, after.states),
    ...edgeChanges(before.edges, after.edges, renames),
  ]
  // Two documents that differ in nothing known differ in what an older or a later version wrote.
  return changes.length === 0 ? plainRows(recorded, planned) : changes.slice(0, MAX_ROWS)
}

function plainRows(recorded: JsonValue, planned: JsonValue): PlanChange[] {
  return diffJson(recorded, planned, MAX_ROWS).map((row) => changed(null, '', row))
}

function changed(
  stateId: StateId | null,
  place: JsonPointer,
  row: {
    readonly pointer: JsonPointer
    readonly recorded?: JsonValue
    readonly requested?: JsonValue
  },
): PlanChange {
  return {
    change: 'changed',
    stateId,
    pointer: `${place}${row.pointer}`,
    ...(row.recorded === undefined ? {} : { recorded: row.recorded }),
    ...(row.requested === undefined ? {} : { planned: row.requested }),
  }
}

/** Recorded id → id of today. */
function renamesOf(
  before: readonly PlannedState[],
  after: readonly PlannedState[],
): ReadonlyMap<StateId, StateId> {
  const come = placesOf(after, before)
  const renames = new Map<StateId, StateId>()
  for (const [place, id] of placesOf(before, after)) {
    const other = come.get(place)
    if (other !== undefined) renames.set(id, other)
  }
  return renames
}

/** States that the others do not have, by what comes before them and what they say. */
function placesOf(
  own: readonly PlannedState[],
  others: readonly PlannedState[],
): ReadonlyMap<string, StateId> {
  const known = new Set(others.map(({ id }) => id))
  const places = new Map<string, StateId>()
  let previous = 'start'
  let run = 0
  for (const { id, metadata } of own) {
    if (known.has(id)) {
      previous = id
      run = 0
      continue
    }
    places.set(`${previous}+${run} ${canonicalize(metadata)}`, id)
    run += 1
  }
  return places
}

function stateChanges(
  before: readonly PlannedState[],
  after: readonly PlannedState[],
  renames: ReadonlyMap<StateId, StateId>,
): PlanChange[] {
  const today = new Map(after.map((state) => [state.id, state]))
  const old = new Set(before.map(({ id }) => id))
  const newNames = new Set(renames.values())
  const lost = before.flatMap((state, index): PlanChange[] => {
    const { id: stateId, metadata } = state
    const place = `/states/${index}`
    const planned = renames.get(stateId)
    if (planned !== undefined) {
      return [{ change: 'renamed', stateId, pointer: `${place}/id`, recorded: stateId, planned }]
    }
    const other = today.get(stateId)
    if (other === undefined) {
      return [{ change: 'removed', stateId, pointer: place, recorded: { id: stateId, metadata } }]
    }
    return diffJson(metadata, other.metadata, MAX_ROWS).map((row) =>
      changed(stateId, `${place}/metadata`, row),
    )
  })
  const come = after.flatMap(({ id: stateId, metadata }, index): PlanChange[] => {
    if (old.has(stateId) || newNames.has(stateId)) return []
    const planned = { id: stateId, metadata }
    return [{ change: 'added', stateId, pointer: `/states/${index}`, planned }]
  })
  return [...lost, ...come]
}

/** States of both plans that do not come in the same order. */
function moves(before: readonly PlannedState[], after: readonly PlannedState[]): PlanChange[] {
  const [old, today] = [new Set(before.map(({ id }) => id)), new Set(after.map(({ id }) => id))]
  const order = after.map(({ id }) => id).filter((id) => old.has(id))
  let place = 0
  return before.flatMap(({ id: stateId }, index): PlanChange[] => {
    if (!today.has(stateId)) return []
    const planned = order[place]
    place += 1
    if (planned === undefined || planned === stateId) return []
    const pointer = `/states/${index}/id`
    return [{ change: 'moved', stateId, pointer, recorded: stateId, planned }]
  })
}

function edgeChanges(
  before: readonly PlanEdge[],
  after: readonly PlanEdge[],
  renames: ReadonlyMap<StateId, StateId>,
): PlanChange[] {
  const nameOf = (id: StateId): StateId => renames.get(id) ?? id
  const old = before.map(({ from, to }) => `${nameOf(from)} ${nameOf(to)}`)
  const today = after.map(({ from, to }) => `${from} ${to}`)
  const lost = before.flatMap(({ from, to }, index): PlanChange[] => {
    if (today.includes(old[index] ?? '')) return []
    return [
      { change: 'removed', stateId: null, pointer: `/edges/${index}`, recorded: { from, to } },
    ]
  })
  const come = after.flatMap(({ from, to }, index): PlanChange[] => {
    if (old.includes(today[index] ?? '')) return []
    return [{ change: 'added', stateId: null, pointer: `/edges/${index}`, planned: { from, to } }]
  })
  return [...lost, ...come]
}
