import type { Stats } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Harness } from '@mfm/conformance'
import { openFsArtifacts } from '../src/index.ts'
import { fileOf } from './temp-folder.ts'

/** The same for every process of the suite. */
const ROOT = join(tmpdir(), 'mfm-store-fs-conformance')

function folderOf(scope: string): string {
  return join(ROOT, scope)
}

/** What there is, or `undefined` where there is nothing. */
async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (Object(error).code === 'ENOENT') return undefined
    throw error
  }
}

function versionOf({ ino, mtimeMs, ctimeMs }: Stats): string {
  return [ino, mtimeMs, ctimeMs].join(' ')
}

const harness: Harness = {
  name: 'store-fs',
  version: '0.0.0',
  contract: '1.x',
  ports: ['artifacts'],
  isShared: true,
  isEmbedded: true,
  module: import.meta.filename,
  open: async (scope, { payloadBytes } = {}) => {
    const artifacts = await openFsArtifacts({
      path: folderOf(scope),
      sweepAfterMillis: 0,
      limits: { payloadBytes },
    })
    return { artifacts, close: () => artifacts.close() }
  },
  destroy: (scope) => rm(folderOf(scope), { recursive: true, force: true }),
  backdoor: {
    readArtifact: (scope, id) => ifThere(readFile(fileOf(folderOf(scope), id))),
    writeArtifact: async (scope, id, bytes) => {
      const path = fileOf(folderOf(scope), id)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, bytes)
    },
    artifactVersion: async (scope, id) => {
      const stats = await ifThere(stat(fileOf(folderOf(scope), id)))
      return stats === undefined ? undefined : versionOf(stats)
    },
    leftovers: async (scope) => (await ifThere(readdir(join(folderOf(scope), 'tmp')))) ?? [],
    contents: async (scope) => (await ifThere(readdir(folderOf(scope), { recursive: true }))) ?? [],
  },
  wrongOptions: [
    () => openFsArtifacts({ path: '' }),
    () => openFsArtifacts({ path: join(ROOT, 'wrong'), concurrency: 0 }),
    () => openFsArtifacts({ path: join(ROOT, 'wrong'), fanOut: 3 } as never), // no such option
  ],
}

export default harness
