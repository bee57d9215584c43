import type {
  ArtifactId,
  ArtifactStore,
  CallOptions,
  EventEnvelope,
  EventStore,
  FactKey,
  ManyReader,
  NewArtifact,
  Stores,
} from '@mfm/core-types'
import { canGetMany } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** The stores of a run as if some of its facts had been answered otherwise. To be read only. */
export function editedStores(
  { events, artifacts }: Pick<Stores, 'events' | 'artifacts'>,
  payloads: ReadonlyMap<FactKey, NewArtifact>,
): Pick<Stores, 'events' | 'artifacts'> {
  return {
    events: editedEvents(events, payloads),
    artifacts: withArtifacts(artifacts, [...payloads.values()]),
  }
}

function editedEvents(events: EventStore, payloads: ReadonlyMap<FactKey, NewArtifact>): EventStore {
  return {
    description: events.description,
    headSeq: (run, options) => events.headSeq(run, options),
    append: readOnly,
    async *read(run, range, options) {
      for await (const envelope of events.read(run, range, options))
        yield edited(envelope, payloads)
    },
    listRuns: (query, options) => events.listRuns(query, options),
    close: async () => undefined,
  }
}

function edited(
  envelope: EventEnvelope,
  payloads: ReadonlyMap<FactKey, NewArtifact>,
): EventEnvelope {
  const { event } = envelope
  const payload = event.type === 'fact_recorded' ? payloads.get(event.key) : undefined
  if (event.type !== 'fact_recorded' || payload === undefined) return envelope
  return { ...envelope, event: { ...event, payloadId: payload.id } }
}

function withArtifacts(
  artifacts: ArtifactStore,
  added: readonly NewArtifact[],
): ArtifactStore & ManyReader {
  const own = new Map(added.map(({ id, bytes }) => [id, bytes]))
  return {
    description: artifacts.description,
    put: readOnly,
    get: async (id, options) => own.get(id) ?? (await artifacts.get(id, options)),
    exists: async (id, options) => own.has(id) || (await artifacts.exists(id, options)),
    // Asked for only where the description says that the store itself can.
    getMany: async (ids: readonly ArtifactId[], options?: CallOptions) => {
      if (!canGetMany(artifacts)) throw new MfmError('internal_error')
      const found = await artifacts.getMany(ids, options)
      return ids.map((id, index) => own.get(id) ?? found[index])
    },
    close: async () => undefined,
  }
}

function readOnly(): Promise<never> {
  return Promise.reject(new MfmError('internal_error'))
}
