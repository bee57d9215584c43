import type { Harness } from '@mfm/conformance'
import { EventServer } from './event-server.fixture.ts'
import type { EventHabits, WireEvents } from './event-store.fixture.ts'
import { SOUND_EVENT_HABITS, WireEventStore } from './event-store.fixture.ts'
import { WireClient } from './wire-client.fixture.ts'

/** How an event store over the wire differs from a sound one. */
export interface EventFlaws {
  readonly habits?: Partial<EventHabits>
  /** Changes what requests do. */
  readonly client?: (client: WireClient) => void
  /** The deadline of a call, whatever was asked for. */
  readonly callMillis?: number
  readonly events?: (sound: WireEventStore, server: EventServer) => Partial<WireEvents>
}

/** An event store with one flaw, and the case that must find it. */
export interface EventMutant extends EventFlaws {
  readonly flaw: string
  readonly killedBy: string
}

/** A harness for event stores over HTTP to a server in this process. */
export async function eventHarness(flaws: EventFlaws = {}): Promise<Harness> {
  const server = new EventServer()
  const address = await server.start()
  const habits = { ...SOUND_EVENT_HABITS, ...flaws.habits }
  return {
    name: 'wire-events',
    version: '0.0.0',
    contract: '1.x',
    ports: ['events'],
    isShared: true,
    open: async (scope, { via, callMillis = 5000 } = {}) => {
      const client = new WireClient(via ?? address, flaws.callMillis ?? callMillis)
      flaws.client?.(client)
      const events = new WireEventStore({ client, scope, habits })
      const changed = flaws.events?.(events, server) ?? {}
      for (const [name, value] of Object.entries(changed)) {
        Object.defineProperty(events, name, { value })
      }
      return { events, close: () => events.close() }
    },
    destroy: async (scope) => void server.scopes.delete(scope),
    server: async () => address,
    close: () => server.stop(),
    backdoor: {
      streamFingerprint: async (scope, run) => JSON.stringify(server.stream(scope, run)),
      damageEvents: async (scope, run, seq, how) => server.stream(scope, run).damage(seq, how),
      seedHead: async (scope, run, head) => {
        server.stream(scope, run).head = head
      },
      connections: async () => server.connections,
    },
  }
}
