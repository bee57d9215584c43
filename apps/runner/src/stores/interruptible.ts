import { setTimeout as sleep } from 'node:timers/promises'
import type {
  ArtifactStore,
  CallOptions,
  EventEnvelope,
  EventStore,
  ManyReader,
  RunId,
  SeqRange,
  Stores,
} from '@mfm/core-types'
import { canGetMany } from '@mfm/core-types'

/** Longest time, in ms, that reading goes on without letting anything else happen. */
const STRETCH = 50

/**
 * The same stores, with pauses in which signals and timers are heard. A store that answers at once never lets the
 * event loop turn by itself, and a long replay could not be interrupted.
 */
export function interruptible(stores: Stores): Stores {
  const breath = new Breath()
  return {
    ...stores,
    events: interruptibleEvents(stores.events, breath),
    artifacts: interruptibleArtifacts(stores.artifacts, breath),
    close: async () => await stores.close(),
  }
}

class Breath {
  #last = Number.NEGATIVE_INFINITY

  async take(): Promise<void> {
    if (performance.now() - this.#last < STRETCH) return
    // A timer and not an immediate: timers that are due go first, and signals come between.
    await sleep(0)
    this.#last = performance.now()
  }
}

function interruptibleEvents(store: EventStore, breath: Breath): EventStore {
  return {
    // It does not pass `watch` on.
    description: { ...store.description, capabilities: [] },
    headSeq: async (run, options) => await store.headSeq(run, options),
    append: async (run, expectedSeq, events, options) =>
      await store.append(run, expectedSeq, events, options),
    listRuns: async (query, options) => await store.listRuns(query, options),
    close: async () => await store.close(),
    async *read(
      run: RunId,
      range?: SeqRange,
      options?: CallOptions,
    ): AsyncGenerator<EventEnvelope> {
      for await (const envelope of store.read(run, range, options)) {
        await breath.take()
        yield envelope
      }
    },
  }
}

function interruptibleArtifacts(
  store: ArtifactStore,
  breath: Breath,
): ArtifactStore & Partial<ManyReader> {
  const one: ArtifactStore = {
    description: { ...store.description, capabilities: [] },
    put: async (kind, bytes, options) => await store.put(kind, bytes, options),
    exists: async (id, options) => await store.exists(id, options),
    close: async () => await store.close(),
    get: async (id, options) => {
      await breath.take()
      return await store.get(id, options)
    },
  }
  if (!canGetMany(store)) return one
  return {
    ...one,
    description: { ...store.description, capabilities: ['getMany'] },
    getMany: async (ids, options) => {
      await breath.take()
      return await store.getMany(ids, options)
    },
  }
}
