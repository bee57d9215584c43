import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { openSqliteStores } from '@mfm/store-sqlite'
import type { Access } from './open-stores.ts'

/** @throws MfmError `invalid_option`, `store_unavailable` */
export async function openSqlite(rest: string, base: string, access: Access): Promise<Stores> {
  if (rest === '') {
    throw new MfmError('invalid_option', {
      message: 'sqlite: needs the path of a file',
      details: { option: 'store' },
      help: 'Write it as sqlite:<file>, such as sqlite:.mfm/runs.db.',
    })
  }
  const path = resolve(base, rest)
  if (access !== 'create' && !existsSync(path)) {
    throw new MfmError('store_unavailable', {
      message: `there is no store at ${path}`,
      details: { path },
      help: "Start a run with 'mfm run', go to the folder where it was started, or name its store with --store.",
    })
  }
  return await openSqliteStores({ path, readOnly: access === 'read' })
}
