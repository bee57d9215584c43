import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { openSqliteStores } from '@mfm/store-sqlite'
import type { Backend, OpenedPorts, Opening } from '../backend.ts'
import { notThere, requirePath } from './local-path.ts'

function isAbsent({ base, rest }: Opening): boolean {
  return !existsSync(resolve(base, rest))
}

async function open(opening: Opening): Promise<OpenedPorts> {
  const path = requirePath(opening, 'sqlite:<file>, such as sqlite:.mfm/runs.db')
  if (opening.access !== 'create' && isAbsent(opening)) throw notThere(path)
  return await openSqliteStores({ path, readOnly: opening.access === 'read' })
}

export const sqlite: Backend = { adapter: 'store-sqlite', open, isAbsent }
