// Reads the workspace as the fence checks need it: manifests and source files with their imports.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PackagePlace } from './layers.ts'

export interface SourceFile {
  /** Path from the root. */
  readonly path: string
  readonly text: string
}

export interface WorkspacePackage extends PackagePlace {
  readonly dependencies: ReadonlyMap<string, string>
  readonly devDependencies: ReadonlyMap<string, string>
  readonly tags: readonly string[]
  readonly files: readonly SourceFile[]
}

const PARENTS = ['packages', 'apps', 'apps/examples', 'tooling']
const SKIPPED = new Set(['node_modules', 'dist', 'coverage'])

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

const entriesOf = (value: unknown, key: string): ReadonlyMap<string, string> =>
  new Map(Object.entries(Object(Object(value)[key])).map(([name, range]) => [name, String(range)]))

const tagsIn = (path: string): readonly string[] =>
  existsSync(path) ? Array.from(Object(readJson(path)).tags ?? [], String) : []

const sourcePaths = (root: string, folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) return []
    if (entry.isDirectory()) return sourcePaths(root, path)
    return /\.(ts|mts|js|mjs)$/.test(entry.name) ? [path] : []
  })

const readPackage = (root: string, folder: string): WorkspacePackage => {
  const manifest = readJson(join(root, folder, 'package.json'))
  const devDependencies = entriesOf(manifest, 'devDependencies')
  // A peer has the range that users may bring; what is used here is the version of the development dependency.
  const peers = Array.from(
    entriesOf(manifest, 'peerDependencies'),
    ([name, range]) => [name, devDependencies.get(name) ?? range] as const,
  )
  return {
    name: String(Object(manifest).name).replace('@mfm/', ''),
    folder,
    dependencies: new Map([
      ...entriesOf(manifest, 'dependencies'),
      ...peers,
      ...entriesOf(manifest, 'optionalDependencies'),
    ]),
    devDependencies,
    tags: tagsIn(join(root, folder, 'turbo.json')),
    files: sourcePaths(root, folder).map((path) => ({
      path,
      text: readFileSync(join(root, path), 'utf8'),
    })),
  }
}

export const readWorkspace = (root: string): readonly WorkspacePackage[] =>
  PARENTS.filter((parent) => existsSync(join(root, parent)))
    .flatMap((parent) =>
      readdirSync(join(root, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${parent}/${entry.name}`),
    )
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => readPackage(root, folder))

const IMPORTS = [
  /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^[ \t]*import\s*['"]([^'"]+)['"]/gm,
  /\b(?:import|require|getBuiltinModule)\(\s*['"]([^'"]+)['"]/g,
]

/** Every module name a file imports, statically or dynamically. */
export const importsOf = (text: string): readonly string[] =>
  IMPORTS.flatMap((pattern) => Array.from(text.matchAll(pattern), (match) => match[1] ?? ''))
