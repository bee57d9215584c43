import { resolve } from 'node:path'
import { RunNews } from '@mfm/adapter-kit'
import type { Capability, StoreDescription, Stores } from '@mfm/core-types'
import { SqliteArtifactStore } from './artifact-store.ts'
import { SqliteAtomicRecorder } from './atomic-recorder.ts'
import { Backend } from './backend.ts'
import { SqliteEventStore } from './event-store.ts'
import { SqliteFactIndex } from './fact-index.ts'
import type { SqliteStoreOptions } from './options.ts'
import { checkOptions } from './options.ts'
import { SharedFile } from './shared-file.ts'
import { MEMORY_PATH } from './store-file.ts'

/** The three ports on one file. */
export interface SqliteStores extends Stores, AsyncDisposable {
  readonly events: SqliteEventStore
  readonly artifacts: SqliteArtifactStore
  readonly facts: SqliteFactIndex
  readonly atomic: SqliteAtomicRecorder
  /**
   * Derives the look-up tables from the log again: for a file whose look-up tables are damaged.
   *
   * @throws MfmError `store_corruption` where the log itself is damaged; nothing is changed then
   */
  rebuildIndexes(): Promise<void>
}

/**
 * Opens the stores in one SQLite file, which is created where it is missing. Several processes may have it open.
 *
 * Whatever a promise has resolved for is on the disk. All changes that are asked for in one turn of the event loop
 * share one commit.
 *
 * @throws MfmError `invalid_option`, `store_unavailable`, `store_busy`, `store_schema_unsupported`,
 * `store_corruption`, `store_failed`
 *
 * @example
 * await using stores = await openSqliteStores({ path: '.mfm/runs.db' })
 * const id = await stores.artifacts.put('output', new TextEncoder().encode('hello'))
 */
export async function openSqliteStores(options: SqliteStoreOptions): Promise<SqliteStores> {
  const { path: given, limits, ...rest } = checkOptions(options)
  const isInMemory = given === MEMORY_PATH
  const path = isInMemory ? given : resolve(given)
  const file = new SharedFile(await Backend.open({ path, ...rest }))
  const { payloadBytes } = limits
  const describe = (...capabilities: readonly Capability[]): StoreDescription =>
    Object.freeze({
      name: 'store-sqlite',
      product: `SQLite ${process.versions['sqlite']}`,
      durability: isInMemory ? 'none' : 'disk',
      capabilities: Object.freeze(capabilities),
    })
  const news = new RunNews()
  const eventClaim = file.claim()
  const events = new SqliteEventStore({
    description: describe('watch'),
    claim: eventClaim,
    payloadBytes,
    news,
  })
  const artifacts = new SqliteArtifactStore({
    description: describe('getMany', 'putMany', 'list'),
    claim: file.claim(),
    payloadBytes,
  })
  const facts = new SqliteFactIndex({ description: describe(), claim: file.claim() })
  const close = async (): Promise<void> => {
    await Promise.all([events.close(), artifacts.close(), facts.close()])
  }
  return {
    events,
    artifacts,
    facts,
    atomic: new SqliteAtomicRecorder(eventClaim, payloadBytes, news),
    rebuildIndexes: async () => {
      eventClaim.requireOpen()
      await file.backend.rebuildIndexes()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
