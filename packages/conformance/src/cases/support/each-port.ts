import assert from 'node:assert/strict'
import type { ArtifactStore, EventStore, FactIndex } from '@mfm/core-types'
import type { OpenedStores, Port } from '../../harness.ts'

interface PortOf {
  readonly events: EventStore
  readonly artifacts: ArtifactStore
  readonly facts: FactIndex
}

/** Something to be done with each port. */
export type PerPort<T> = { readonly [P in Port]: (port: PortOf[P]) => T }

/** Does it with the ports that are there, in the order events, artifacts, facts. */
export function eachPort<T>(stores: OpenedStores, does: PerPort<T>): T[] {
  const { events, artifacts, facts } = stores
  return [
    ...(events === undefined ? [] : [does.events(events)]),
    ...(artifacts === undefined ? [] : [does.artifacts(artifacts)]),
    ...(facts === undefined ? [] : [does.facts(facts)]),
  ]
}

/** Fails unless every port that is there answers what is due. */
export async function requireEach(
  stores: OpenedStores,
  asks: PerPort<Promise<unknown>>,
  due: Readonly<Record<Port, unknown>>,
): Promise<void> {
  const answers = await Promise.all(eachPort(stores, asks))
  const dues = eachPort(stores, {
    events: () => due.events,
    artifacts: () => due.artifacts,
    facts: () => due.facts,
  })
  assert.deepEqual(answers, dues)
}
