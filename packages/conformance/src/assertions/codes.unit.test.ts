import { readdirSync, readFileSync } from 'node:fs'
import { ERROR_CATALOGUE } from '@mfm/errors'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('../../../../', import.meta.url)
const SOURCES = ['cases', 'models', 'histories', 'faults']

/** Codes of the storage that no port answers with: they are about documents, facts and bundles, above the ports. */
const ABOVE_THE_PORTS: ReadonlySet<string> = new Set([
  'artifact_decode_failed',
  'artifact_not_canonical',
  'artifact_float_not_allowed',
  'fact_recorded_malformed',
  'fact_recorded_conflict',
])

/** Codes that take more than a port to produce: what the store is kept in, or who else uses it. */
const BY_ADAPTERS: Readonly<Record<string, string>> = {
  event_unknown: 'packages/store-sqlite/test/foreign-events.int.test.ts',
  store_unavailable: 'packages/index-redis/test/faults.int.test.ts',
  store_busy: 'packages/store-sqlite/test/processes.int.test.ts',
  store_unsuitable: 'packages/index-redis/test/server-check.int.test.ts',
  store_schema_unsupported: 'packages/store-sqlite/test/opening.int.test.ts',
  store_corruption: 'packages/store-sqlite/test/damage.int.test.ts',
  store_failed: 'packages/store-sqlite/test/damage.int.test.ts',
}

function textOfCases(): string {
  const source = new URL('../', import.meta.url)
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && SOURCES.some((folder) => path.startsWith(`${folder}/`)),
  )
  return files.map((path) => readFileSync(new URL(path, source), 'utf8')).join('\n')
}

describe('the codes of the storage', () => {
  const cases = textOfCases()
  const codes = Object.entries(ERROR_CATALOGUE)
    .filter(([, { scope }]) => scope === 'storage')
    .map(([code]) => code)
    .filter((code) => !ABOVE_THE_PORTS.has(code) && !code.startsWith('bundle_'))

  it.each(codes)('%s is produced by a case, or by a test of an adapter', (code) => {
    const file = BY_ADAPTERS[code]
    const text = file === undefined ? cases : readFileSync(new URL(file, ROOT), 'utf8')
    expect(text).toContain(`'${code}'`)
  })
})
