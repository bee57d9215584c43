import type { OpId, Plan, StateHandler, StateId, StateMetadata, StateNode } from '@mfm/core-types'

const METADATA: StateMetadata = { tags: [], sideEffects: 'read_only_io', reads: null, writes: null }

/** A state of the op `demo`. The id is taken as it is given, so that malformed ones can be planned. */
export function stateOf(
  local: string,
  handler: StateHandler = async () => undefined,
  metadata: Partial<StateMetadata> = {},
): StateNode {
  return { id: idOf(local), metadata: { ...METADATA, ...metadata }, handler }
}

function idOf(local: string): StateId {
  return `demo.main.${local}` as StateId
}

export function planOf(
  states: readonly (string | StateNode)[],
  edges: readonly (readonly [string, string])[] = [],
): Plan {
  return {
    opId: 'demo' as OpId,
    opVersion: 'v1',
    states: states.map((state) => (typeof state === 'string' ? stateOf(state) : state)),
    edges: edges.map(([from, to]) => ({ from: idOf(from), to: idOf(to) })),
  }
}
