import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { openFsArtifacts } from '@mfm/store-fs'
import type { Backend, OpenedPorts, Opening } from '../backend.ts'
import { notThere, requirePath } from './local-path.ts'

function isAbsent({ base, rest }: Opening): boolean {
  return !existsSync(resolve(base, rest))
}

async function open(opening: Opening): Promise<OpenedPorts> {
  const path = requirePath(opening, 'file:<folder>, such as file:.mfm/artifacts')
  if (opening.access !== 'create' && isAbsent(opening)) throw notThere(path)
  const artifacts = await openFsArtifacts({ path, readOnly: opening.access === 'read' })
  return { artifacts, close: async () => await artifacts.close() }
}

export const file: Backend = { adapter: 'store-fs', open, isAbsent }
