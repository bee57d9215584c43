import type { EventEnvelope, EventStore, FactKey, NewArtifact, Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { overlaidArtifacts } from './overlaid-artifacts.ts'

/** The stores of a run as if some of its facts had been answered otherwise. To be read only. */
export function editedStores(
  { events, artifacts }: Pick<Stores, 'events' | 'artifacts'>,
  payloads: ReadonlyMap<FactKey, NewArtifact>,
): Pick<Stores, 'events' | 'artifacts'> {
  const own = new Map([...payloads.values()].map(({ id, bytes }) => [id, bytes]))
  return {
    events: editedEvents(events, payloads),
    artifacts: overlaidArtifacts(artifacts, (id) => own.get(id)),
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

function readOnly(): Promise<never> {
  return Promise.reject(new MfmError('internal_error'))
}
