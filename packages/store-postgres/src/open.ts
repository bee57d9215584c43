import type { CallOptions, Capability, StoreDescription, Stores } from '@mfm/core-types'
import { artifactStatements } from './artifact-sql.ts'
import { PostgresArtifactStore } from './artifact-store.ts'
import { ArtifactWriter } from './artifact-writer.ts'
import { PostgresAtomicRecorder } from './atomic-recorder.ts'
import { atomicStatements } from './atomic-sql.ts'
import { Call } from './call.ts'
import { Backend } from './claim.ts'
import { Connections } from './connections.ts'
import { Database } from './database.ts'
import { channelOf, eventStatements } from './event-sql.ts'
import { PostgresEventStore } from './event-store.ts'
import { EventWriter } from './event-writer.ts'
import { PostgresFactIndex } from './fact-index.ts'
import { factStatements } from './fact-sql.ts'
import type { CheckedOptions, PostgresStoreOptions } from './options.ts'
import { checkOptions } from './options.ts'
import { RunFeed } from './run-feed.ts'
import { prepareSchema } from './schema.ts'
import type { ServerFacts } from './server.ts'
import { requireSuitable } from './server.ts'

/** The three ports on one schema of a PostgreSQL database. */
export interface PostgresStores extends Stores, AsyncDisposable {
  readonly events: PostgresEventStore
  readonly artifacts: PostgresArtifactStore
  readonly facts: PostgresFactIndex
  readonly atomic: PostgresAtomicRecorder
}

/**
 * Opens the stores in one schema of a PostgreSQL database, which is made where it is missing. Any number of processes
 * may have it open.
 *
 * @throws MfmError `invalid_option`, `store_unavailable`, `store_timeout`, `store_unsuitable`,
 * `store_schema_unsupported`, `store_failed`; the reason of an aborted signal
 *
 * @example
 * await using stores = await openPostgresStores({ url: 'postgres://mfm@localhost/mfm' })
 * const id = await stores.artifacts.put('output', new TextEncoder().encode('hello'))
 */
export async function openPostgresStores(
  options: PostgresStoreOptions,
  { signal }: CallOptions = {},
): Promise<PostgresStores> {
  const checked = checkOptions(options)
  const connections = new Connections(checked)
  try {
    const database = new Database(connections)
    const limits = { millis: checked.callTimeoutMillis, signal, isPatient: false }
    const found = await Call.run(limits, async (call) => ({
      ...(await requireSuitable(database, call)),
      secret: (await prepareSchema(database, call, checked.schema)).secret,
    }))
    return assemble(checked, database, found)
  } catch (error) {
    await connections.end()
    throw error
  }
}

type Found = ServerFacts & { readonly secret: string }

function assemble(
  { schema, watchPollMillis, callTimeoutMillis, limits: { payloadBytes } }: CheckedOptions,
  database: Database,
  { product, durability, secret }: Found,
): PostgresStores {
  const { connections } = database
  const channel = channelOf(schema)
  const feed = new RunFeed({ connections, channel, pollMillis: watchPollMillis })
  const end = async (): Promise<void> => {
    await feed.end()
    await connections.end()
  }
  const backend = new Backend({ database, callMillis: callTimeoutMillis, end })
  const describe = (...capabilities: readonly Capability[]): StoreDescription =>
    Object.freeze({
      name: 'store-postgres',
      product,
      durability,
      capabilities: Object.freeze(capabilities),
    })
  const claim = backend.claim()
  const [sql, facts] = [eventStatements(schema), factStatements(schema)]
  const artifactSql = artifactStatements(schema)
  const eventWriter = new EventWriter(database, sql)
  const artifactWriter = new ArtifactWriter(database, artifactSql)
  const stores = {
    events: new PostgresEventStore({
      description: describe('watch'),
      claim,
      statements: sql,
      writer: eventWriter,
      feed,
      schema,
      secret,
      payloadBytes,
    }),
    artifacts: new PostgresArtifactStore({
      description: describe('getMany', 'putMany', 'list', 'erase'),
      claim: backend.claim(),
      statements: artifactSql,
      writer: artifactWriter,
      payloadBytes,
    }),
    facts: new PostgresFactIndex({
      description: describe(),
      claim: backend.claim(),
      statements: facts,
    }),
    atomic: new PostgresAtomicRecorder({
      claim,
      statements: atomicStatements(schema),
      facts,
      events: eventWriter,
      artifacts: artifactWriter,
      payloadBytes,
    }),
  }
  const close = async (): Promise<void> => {
    const { events, artifacts, facts: factIndex } = stores
    await Promise.all([events.close(), artifacts.close(), factIndex.close()])
  }
  return { ...stores, close, [Symbol.asyncDispose]: close }
}
