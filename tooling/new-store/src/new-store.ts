// Makes the package of a new store from the template beside, and enters it where packages are listed.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { manifestsOf } from './manifests.ts'

const TEMPLATE = join(import.meta.dirname, '..', 'template')
const NAME = /^(store|index)(-[a-z][a-z0-9]*)+$/

/** Lists that name every store: behind the last line of this form comes the line of the new one. */
const LISTS: readonly {
  readonly file: string
  readonly line: RegExp
  readonly entry: (name: string) => string
}[] = [
  {
    file: 'tsconfig.json',
    line: /^ {4}\{ "path": "packages\/(store|index)-.*$/,
    entry: (name) => `    { "path": "packages/${name}" },`,
  },
  {
    file: 'tooling/fences/layers.ts',
    line: /^ {2}\['(store|index)-.*$/,
    entry: (name) => `  ['${name}', 2],`,
  },
]

/**
 * Makes `packages/<name>`; gives the paths of all files that were made or changed.
 *
 * @throws Error for a name that is none or is taken
 */
export function newStore(root: string, name: string): readonly string[] {
  if (!NAME.test(name)) throw new Error(`${name} is no name of a store: store-acme, index-acme`)
  const folder = join('packages', name)
  if (existsSync(join(root, folder))) throw new Error(`${folder} exists`)
  const files = new Map([
    ...Array.from(manifestsOf(name), ([path, text]) => [join(folder, path), text] as const),
    ...templateFiles().map((path) => [join(folder, targetOf(path)), textOf(path, name)] as const),
    ...LISTS.map(({ file, line, entry }) => {
      const text = readFileSync(join(root, file), 'utf8')
      return [file, withEntry(text, line, entry(name))] as const
    }),
  ])
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return Array.from(files.keys())
}

function templateFiles(): readonly string[] {
  return readdirSync(TEMPLATE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(TEMPLATE.length + 1))
}

/** The test of the template has another name, for it would fail here too. */
function targetOf(path: string): string {
  return path === join('test', 'conformance.ts') ? join('test', 'conformance.int.test.ts') : path
}

function textOf(path: string, name: string): string {
  const type = name
    .split('-')
    .slice(1)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
  return readFileSync(join(TEMPLATE, path), 'utf8')
    .replaceAll('store-template', name)
    .replaceAll('Template', type)
}

function withEntry(text: string, line: RegExp, entry: string): string {
  const lines = text.split('\n')
  const last = lines.findLastIndex((candidate) => line.test(candidate))
  if (last === -1) throw new Error(`no line like ${line} to put the new one behind`)
  return lines.toSpliced(last + 1, 0, entry).join('\n')
}
