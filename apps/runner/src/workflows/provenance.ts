import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Provenance } from '@mfm/core-types'
import type { WorkflowPlace } from './find-workflow.ts'
import type { Project } from './project.ts'

const LOCKFILES = ['pnpm-lock.yaml', 'package-lock.json', 'yarn.lock', 'bun.lock']

/** What a new run remembers of the code that it runs. Whatever cannot be told is `null`. */
export async function provenanceOf(project: Project, place: WorkflowPlace): Promise<Provenance> {
  return {
    sourceRevision: (await gitRevision(project.root)) ?? null,
    lockfileDigest: (await lockfileDigest(project.root)) ?? null,
    runtime: `node ${process.versions.node}`,
    platform: `${process.platform}-${process.arch}`,
    workflow: place.recorded,
  }
}

async function lockfileDigest(root: string): Promise<string | undefined> {
  for (const name of LOCKFILES) {
    const bytes = await bytesOf(join(root, name))
    if (bytes !== undefined) return createHash('sha256').update(bytes).digest('hex')
  }
  return undefined
}

/** The commit that is checked out, read as git lays it out (gitrepository-layout), so that no git is needed. */
async function gitRevision(root: string): Promise<string | undefined> {
  const folder = await gitFolder(join(root, '.git'))
  const head = (await textOf(join(folder, 'HEAD'))) ?? ''
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1]
  if (ref === undefined) return commitIn(head)
  const shared = (await textOf(join(folder, 'commondir'))) ?? '.'
  const store = resolve(folder, shared)
  const loose = (await textOf(join(folder, ref))) ?? (await textOf(join(store, ref)))
  return commitIn(loose) ?? packedCommit(await textOf(join(store, 'packed-refs')), ref)
}

/** In a worktree or a submodule `.git` is a file that names the folder. */
async function gitFolder(path: string): Promise<string> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
  const named = isFile ? /^gitdir: (.+)$/m.exec((await textOf(path)) ?? '')?.[1] : undefined
  return named === undefined ? path : resolve(path, '..', named)
}

function packedCommit(packed: string | undefined, ref: string): string | undefined {
  const line = packed?.split('\n').find((candidate) => candidate.endsWith(` ${ref}`))
  return commitIn(line?.split(' ')[0])
}

function commitIn(text: string | undefined): string | undefined {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.exec(text ?? '')?.[0]
}

async function textOf(path: string): Promise<string | undefined> {
  return (await bytesOf(path))?.toString('utf8').trim()
}

async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch {
    return undefined
  }
}
