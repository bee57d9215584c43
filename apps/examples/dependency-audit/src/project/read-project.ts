import { glob, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fail } from '@mfm/workflow'
import { z } from 'zod'
import { recordable } from './specifier.ts'
import type { CatalogEntry } from './workspace-file.ts'
import { parseWorkspaceFile } from './workspace-file.ts'

/** What an audit needs of a project's manifests: names and specifiers, and no place on this machine. */
export interface Project {
  readonly manifests: readonly Manifest[]
  readonly catalogs: readonly CatalogEntry[]
}

interface Manifest {
  /** From the project's folder, with forward slashes. */
  readonly path: string
  /** A list, for a package may be named like a credential and the member of an object would look like one. */
  readonly dependencies: readonly { readonly name: string; readonly specifier: string }[]
}

const specifiers = z.record(z.string(), z.string()).default({})

const manifestSchema = z.object({
  dependencies: specifiers,
  devDependencies: specifiers,
  optionalDependencies: specifiers,
  workspaces: z
    .union([z.array(z.string()), z.object({ packages: z.array(z.string()).default([]) })])
    .default([]),
})

/**
 * Reads the manifests of a project and of its workspace packages.
 *
 * @throws MfmError `manifest_unreadable`, `workspace_file_unsupported`; no message holds an absolute path
 */
export async function readProject(folder: string): Promise<Project> {
  const root = await readManifest(folder, 'package.json')
  const workspaceFile = await readText(folder, 'pnpm-workspace.yaml')
  const { packages, catalogs } =
    workspaceFile === undefined
      ? { packages: workspacesOf(root), catalogs: [] }
      : parseWorkspaceFile(workspaceFile)
  const paths = await manifestPaths(folder, packages)
  const manifests = [manifestOf('package.json', root)]
  for (const path of paths) manifests.push(manifestOf(path, await readManifest(folder, path)))
  return {
    manifests,
    catalogs: catalogs.map((entry) => ({ ...entry, specifier: recordable(entry.specifier) })),
  }
}

function workspacesOf({ workspaces }: z.infer<typeof manifestSchema>): readonly string[] {
  return 'packages' in workspaces ? workspaces.packages : workspaces
}

async function manifestPaths(
  folder: string,
  patterns: readonly string[],
): Promise<readonly string[]> {
  const included = patterns.filter((pattern) => !pattern.startsWith('!'))
  const excluded = patterns.filter((pattern) => pattern.startsWith('!'))
  const found = glob(
    included.map((pattern) => `${pattern.replace(/\/$/, '')}/package.json`),
    {
      cwd: folder,
      exclude: ['**/node_modules/**', ...excluded.map((pattern) => pattern.slice(1))],
    },
  )
  const paths = new Set<string>()
  for await (const path of found) paths.add(path.replaceAll(sep, '/'))
  paths.delete('package.json')
  return [...paths].sort()
}

function manifestOf(path: string, manifest: z.infer<typeof manifestSchema>): Manifest {
  const { dependencies, devDependencies, optionalDependencies } = manifest
  return {
    path,
    dependencies: [dependencies, devDependencies, optionalDependencies].flatMap((section) =>
      Object.entries(section).map(([name, specifier]) => ({
        name,
        specifier: recordable(specifier),
      })),
    ),
  }
}

async function readManifest(folder: string, path: string): Promise<z.infer<typeof manifestSchema>> {
  const text = await readText(folder, path)
  if (text === undefined) refuse(path, 'there is no such file')
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (cause) {
    refuse(path, 'it is not the JSON of a manifest', cause)
  }
}

async function readText(folder: string, path: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, path), 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    if (code === 'ENOENT') return undefined
    refuse(path, code, cause)
  }
}

function refuse(path: string, problem: string, cause?: unknown): never {
  fail('manifest_unreadable', { message: `cannot read ${path}: ${problem}`, cause })
}
