import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Harness } from '@mfm/conformance'
import type { SqliteStoreOptions } from '../src/index.ts'
import { openSqliteStores } from '../src/index.ts'
import { sqliteBackdoor } from './backdoor.ts'

export const BASICS = {
  version: '0.0.0',
  contract: '1.x',
  ports: ['events', 'artifacts', 'facts'],
  isEmbedded: true,
  wrongOptions: [
    () => openSqliteStores({ path: '' }),
    () => openSqliteStores({ path: ':memory:', busyTimeoutMillis: -1 }),
    () => openSqliteStores({ path: ':memory:', size: 1 } as never), // no such option
  ],
} satisfies Partial<Harness>

/** Stores in files, opened with some options. */
export function fileHarness(
  name: string,
  module: string,
  options: Omit<SqliteStoreOptions, 'path'> = {},
): Harness {
  // The same for every process of the suite.
  const pathOf = (scope: string): string =>
    join(tmpdir(), `mfm-${name}-conformance`, scope, 'runs.db')
  return {
    ...BASICS,
    name,
    module,
    isShared: true,
    open: (scope, { payloadBytes } = {}) =>
      openSqliteStores({ ...options, path: pathOf(scope), limits: { payloadBytes } }),
    destroy: (scope) => rm(dirname(pathOf(scope)), { recursive: true, force: true }),
    backdoor: sqliteBackdoor(pathOf),
  }
}
