import type { ArtifactStore, EventStore, FactIndex } from '@mfm/core-types'
import { canErase, canGetMany, canList, canPutMany, canWatch } from '@mfm/core-types'
import type { Harness } from '../harness.ts'

/**
 * The same adapter behind objects of our own that hand every call on: what anybody who wraps a store (to encrypt, to
 * count, to cache) begins with. An adapter that passes the suite passes it through this as well (XX-20).
 */
export function passThrough(harness: Harness): Harness {
  return {
    ...harness,
    name: `${harness.name}-passed-through`,
    open: async (scope, options) => {
      const stores = await harness.open(scope, options)
      const { events, artifacts, facts, atomic } = stores
      return {
        events: events === undefined ? undefined : passEvents(events),
        artifacts: artifacts === undefined ? undefined : passArtifacts(artifacts),
        facts: facts === undefined ? undefined : passFacts(facts),
        ...(atomic === undefined
          ? {}
          : { atomic: { recordAtomically: (...given) => atomic.recordAtomically(...given) } }),
        close: () => stores.close(),
      }
    },
  }
}

function passEvents(events: EventStore): EventStore {
  return {
    description: events.description,
    headSeq: (...given) => events.headSeq(...given),
    append: (...given) => events.append(...given),
    read: (...given) => events.read(...given),
    listRuns: (...given) => events.listRuns(...given),
    close: () => events.close(),
    ...(canWatch(events)
      ? { watch: (...given: Parameters<typeof events.watch>) => events.watch(...given) }
      : {}),
  }
}

function passArtifacts(artifacts: ArtifactStore): ArtifactStore {
  return {
    description: artifacts.description,
    put: (...given) => artifacts.put(...given),
    get: (...given) => artifacts.get(...given),
    exists: (...given) => artifacts.exists(...given),
    close: () => artifacts.close(),
    ...(canGetMany(artifacts)
      ? { getMany: (...given: Parameters<typeof artifacts.getMany>) => artifacts.getMany(...given) }
      : {}),
    ...(canPutMany(artifacts)
      ? { putMany: (...given: Parameters<typeof artifacts.putMany>) => artifacts.putMany(...given) }
      : {}),
    ...(canList(artifacts)
      ? { list: (...given: Parameters<typeof artifacts.list>) => artifacts.list(...given) }
      : {}),
    ...(canErase(artifacts)
      ? { erase: (...given: Parameters<typeof artifacts.erase>) => artifacts.erase(...given) }
      : {}),
  }
}

function passFacts(facts: FactIndex): FactIndex {
  return {
    description: facts.description,
    get: (...given) => facts.get(...given),
    bindIfUnset: (...given) => facts.bindIfUnset(...given),
    unbindIfMatches: (...given) => facts.unbindIfMatches(...given),
    entries: (...given) => facts.entries(...given),
    close: () => facts.close(),
  }
}
