import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStores } from '@mfm/store-sqlite'
import type { Scope } from './run-cases.ts'
import { runCases } from './run-cases.ts'

async function fileScope(indexBatchRows?: number): Promise<Scope> {
  const folder = await mkdtemp(join(tmpdir(), 'store-suite-'))
  const path = join(folder, 'made', 'on', 'demand', 'runs.db')
  return {
    open: ({ payloadBytes } = {}) =>
      openSqliteStores({ path, indexBatchRows, limits: { payloadBytes } }),
    remove: () => rm(folder, { recursive: true }),
  }
}

runCases('store-sqlite', { isShared: true, scope: () => fileScope() })

// With look-up tables written all the time, every look-up goes through them and through merges of them.
runCases('store-sqlite with short batches', { isShared: true, scope: () => fileScope(3) })

runCases('store-sqlite in memory', {
  isShared: false,
  scope: async () => ({
    open: ({ payloadBytes } = {}) =>
      openSqliteStores({ path: ':memory:', limits: { payloadBytes } }),
    remove: async () => undefined,
  }),
})
