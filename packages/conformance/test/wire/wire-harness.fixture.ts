import type { Address, Harness } from '@mfm/conformance'
import type { FactIndex } from '@mfm/core-types'
import { WireClient } from './wire-client.fixture.ts'
import type { ServerFlaws } from './wire-server.fixture.ts'
import { WireServer } from './wire-server.fixture.ts'
import type { Habits, WireArtifacts } from './wire-stores.fixture.ts'
import { SOUND_HABITS, wireArtifacts, wireFacts } from './wire-stores.fixture.ts'

/** How a store over the wire differs from a sound one. */
export interface Flaws {
  readonly server?: ServerFlaws
  readonly habits?: Partial<Habits>
  /** Changes what requests do. */
  readonly client?: (client: WireClient) => void
  readonly artifacts?: (sound: WireArtifacts, client: WireClient) => Partial<WireArtifacts>
  readonly facts?: (sound: FactIndex, client: WireClient) => Partial<FactIndex>
  readonly harness?: (sound: Harness, server: WireServer) => Partial<Harness>
}

/** A store with one flaw, and the case that must find it. */
export interface Mutant extends Flaws {
  readonly flaw: string
  readonly killedBy: string
}

/** A harness for stores over HTTP to a server in this process: everything that the kit can ask of one but processes. */
export async function wireHarness(flaws: Flaws = {}): Promise<Harness> {
  const server = new WireServer(flaws.server)
  const address: Address = await server.start()
  const habits = { ...SOUND_HABITS, ...flaws.habits }
  const harness: Harness = {
    name: 'wire',
    version: '0.0.0',
    contract: '1.x',
    ports: ['artifacts', 'facts'],
    isShared: true,
    open: async (scope, { via, callMillis = 5000, payloadBytes = 2 ** 26 } = {}) => {
      const client = new WireClient(via ?? address, callMillis)
      flaws.client?.(client)
      const options = { client, scope, payloadBytes, habits }
      const [artifacts, facts] = [wireArtifacts(options), wireFacts(options)]
      return {
        artifacts: { ...artifacts, ...flaws.artifacts?.(artifacts, client) },
        facts: { ...facts, ...flaws.facts?.(facts, client) },
        close: async () => client.close(),
      }
    },
    destroy: async (scope) => void server.scopes.delete(scope),
    server: async () => address,
    close: () => server.stop(),
    backdoor: {
      readArtifact: async (scope, id) => server.scope(scope).artifacts.get(id)?.bytes,
      writeArtifact: async (scope, id, bytes) => server.scope(scope).store(id, bytes),
      artifactVersion: async (scope, id) =>
        server.scope(scope).artifacts.get(id)?.version.toString(),
      leftovers: async (scope) => [...server.scope(scope).unfinished],
      wipeFacts: async (scope) => server.scope(scope).facts.clear(),
      factsExpire: async () => false,
      writeFact: async (scope, run, key, raw) => {
        server
          .scope(scope)
          .bindings(run)
          .set(key, raw.kind === 'text' ? raw.text : '[object]')
      },
    },
  }
  return { ...harness, ...flaws.harness?.(harness, server) }
}
