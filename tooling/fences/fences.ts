// The fences between packages. Each check takes the workspace as data and returns what breaks a rule, in words.
import { posix } from 'node:path'
import type { PackagePlace } from './layers.ts'
import { isAdapter, isAppOrTooling, isTestKit, layerOf, refusal, testRefusal } from './layers.ts'
import type { SourceFile, WorkspacePackage } from './workspace.ts'
import { importsOf } from './workspace.ts'

const SCOPE = '@mfm/'
const IO_MODULE =
  /^node:(fs|net|http|https|http2|child_process|sqlite|dgram|tls|dns)(\/|$)|^(fs|net|http|https|http2|child_process|dgram|tls|dns)(\/|$)/
/** Takes hold of the modules that do IO, and does none with them. */
const IO_WATCH = /^packages\/ambient\/src\/patches\//
const LINE_LIMIT = 400

const isTestFile = (path: string): boolean =>
  /\.(test|child|fixture)\.ts$/.test(path) || path.includes('/test/')

const mayHaveDefaultExport = (path: string): boolean => /\.(config|workflow)\.ts$/.test(path)

type Index = ReadonlyMap<string, PackagePlace>

/** A package that is not in the workspace keeps its name, so that a missing layer is reported. */
const find = (index: Index, specifier: string): PackagePlace => {
  const name = specifier.slice(SCOPE.length).split('/')[0] ?? ''
  return index.get(name) ?? { name, folder: `packages/${name}` }
}

const manifestProblems = (pkg: WorkspacePackage, index: Index): readonly string[] => {
  const layer = layerOf(pkg)
  // The boundaries of turbo know no tests: a kit has a tag that no layer denies, or no test could use it.
  const expectedTag = isTestKit(pkg.name) ? 'test-kit' : `layer-${layer}`
  const tagProblem =
    pkg.tags.includes(expectedTag) || layer === undefined
      ? []
      : [`${pkg.folder}/turbo.json: the tag must be ${expectedTag}`]
  const check = (
    dependencies: ReadonlyMap<string, string>,
    why: typeof refusal,
  ): readonly string[] =>
    Array.from(dependencies).flatMap(([name, range]) => {
      const problem = name.startsWith(SCOPE) ? why(pkg, find(index, name)) : undefined
      const expected = name.startsWith(SCOPE) ? 'workspace:*' : 'catalog:'
      return [
        ...(problem === undefined ? [] : [`${pkg.folder}/package.json: ${name}: ${problem}`]),
        ...(range === expected ? [] : [`${pkg.folder}/package.json: ${name} must be ${expected}`]),
      ]
    })
  return [
    ...tagProblem,
    ...check(pkg.dependencies, refusal),
    ...check(pkg.devDependencies, testRefusal),
  ]
}

const mayDoIo = (pkg: WorkspacePackage, path: string): boolean =>
  isAdapter(pkg.name) ||
  isAppOrTooling(pkg) ||
  isTestKit(pkg.name) ||
  isTestFile(path) ||
  IO_WATCH.test(path)

const importProblem = (
  pkg: WorkspacePackage,
  index: Index,
  path: string,
  specifier: string,
): string | undefined => {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier)
    return target.startsWith(`${pkg.folder}/`) ? undefined : 'a relative import leaves its package'
  }
  if (IO_MODULE.test(specifier)) {
    return mayDoIo(pkg, path) ? undefined : 'only adapters, apps, tooling and tests do IO'
  }
  if (!specifier.startsWith(SCOPE)) return undefined
  const imported = find(index, specifier)
  return isTestFile(path) ? testRefusal(pkg, imported) : refusal(pkg, imported)
}

const shapeProblems = ({ path, text }: SourceFile): readonly string[] => {
  const problems: string[] = []
  if (/(^|\/)utils?\.[jt]s$/.test(path)) problems.push('a file is named for what it holds')
  const lines = text.trimEnd().split('\n').length
  if (!isTestFile(path) && lines > LINE_LIMIT) problems.push(`${lines} lines, over ${LINE_LIMIT}`)
  // A test may hold a whole workflow file as text.
  const hasDefault =
    !isTestFile(path) && /^export default\b|^export\s*\{[^}]*\bas default\b/m.test(text)
  if (hasDefault && !mayHaveDefaultExport(path)) problems.push('exports are named, never default')
  return problems.map((problem) => `${path}: ${problem}`)
}

const fileProblems = (pkg: WorkspacePackage, index: Index, file: SourceFile): readonly string[] => [
  ...importsOf(file.text).flatMap((specifier) => {
    const problem = importProblem(pkg, index, file.path, specifier)
    return problem === undefined ? [] : [`${file.path}: imports ${specifier}: ${problem}`]
  }),
  ...shapeProblems(file),
]

/** Everything in the workspace that breaks a fence; empty when all is well. */
export const fenceProblems = (packages: readonly WorkspacePackage[]): readonly string[] => {
  const index: Index = new Map(packages.map((pkg) => [pkg.name, pkg]))
  return packages.flatMap((pkg) => [
    ...manifestProblems(pkg, index),
    ...pkg.files.flatMap((file) => fileProblems(pkg, index, file)),
  ])
}
