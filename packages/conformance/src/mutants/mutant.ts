import type {
  ArtifactEraser,
  ArtifactLister,
  ArtifactStore,
  AtomicRecorder,
  EventStore,
  EventWatcher,
  FactIndex,
  ManyReader,
  ManyWriter,
} from '@mfm/core-types'
import type { MemoryStores } from '@mfm/store-memory'
import { openMemoryStores } from '@mfm/store-memory'
import type { Harness, OpenedStores, OpenOptions } from '../harness.ts'

type Events = EventStore & EventWatcher
type Artifacts = ArtifactStore & ManyReader & ManyWriter & ArtifactLister & ArtifactEraser

/** A store that is broken in one way, and the case that must notice. */
export interface Mutant {
  readonly name: string
  /** What it does, after “a store that”. */
  readonly flaw: string
  readonly killedBy: string
  /** The methods that are wrong, over those of the reference stores. */
  readonly events?: (events: Events) => Partial<Events>
  readonly artifacts?: (artifacts: Artifacts) => Partial<Artifacts>
  readonly facts?: (facts: FactIndex) => Partial<FactIndex>
  readonly atomic?: (stores: MemoryStores) => Partial<AtomicRecorder>
  /** Anything that is wrong beyond single methods. */
  readonly harness?: (reference: Harness) => Partial<Harness>
}

/** A store with other methods; the rest is its own. A method that is `undefined` is not there. */
export function altered<T extends object>(store: T, changes: Partial<T>): T {
  return new Proxy(store, {
    get: (target, key) => {
      if (Object.hasOwn(changes, key)) return Reflect.get(changes, key)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Sound stores, on which every case that kills a mutant passes. */
export const REFERENCE: Harness = {
  name: 'store-reference',
  version: '1.0.0',
  contract: '1.x',
  ports: ['events', 'artifacts', 'facts'],
  isShared: false,
  open: async (_scope, options = {}) => openReference(options),
  destroy: async () => undefined,
  openWithCredentials: async () => {
    throw new Error('access denied')
  },
  wrongOptions: [() => openMemoryStores({ limits: { payloadBytes: 0 } })],
}

function openReference({ payloadBytes }: OpenOptions): MemoryStores {
  return openMemoryStores({ limits: { payloadBytes } })
}

/** The harness of a mutant. */
export function mutantHarness(mutant: Mutant): Harness {
  const harness = { ...REFERENCE, name: `mutant-${mutant.name}`, open: openerOf(mutant) }
  return { ...harness, ...mutant.harness?.(harness) }
}

function openerOf({ events, artifacts, facts, atomic }: Mutant): Harness['open'] {
  return async (_scope, options = {}): Promise<OpenedStores> => {
    const stores = openReference(options)
    return {
      events:
        events === undefined
          ? stores.events
          : altered<Events>(stores.events, events(stores.events)),
      artifacts:
        artifacts === undefined
          ? stores.artifacts
          : altered<Artifacts>(stores.artifacts, artifacts(stores.artifacts)),
      facts:
        facts === undefined ? stores.facts : altered<FactIndex>(stores.facts, facts(stores.facts)),
      atomic:
        atomic === undefined
          ? stores.atomic
          : altered<AtomicRecorder>(stores.atomic, atomic(stores)),
      close: () => stores.close(),
    }
  }
}
