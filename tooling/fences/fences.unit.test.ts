import { describe, expect, it } from 'vitest'
import { fenceProblems } from './fences.ts'
import { isTestKit, layerOf } from './layers.ts'
import type { WorkspacePackage } from './workspace.ts'
import { importsOf } from './workspace.ts'

const pkg = (
  folder: string,
  parts: Partial<Pick<WorkspacePackage, 'dependencies' | 'devDependencies' | 'tags'>> & {
    readonly sources?: Readonly<Record<string, string>>
  } = {},
): WorkspacePackage => {
  const name = folder.split('/').at(-1) ?? ''
  return {
    name,
    folder,
    dependencies: parts.dependencies ?? new Map(),
    devDependencies: parts.devDependencies ?? new Map(),
    tags: parts.tags ?? [isTestKit(name) ? 'test-kit' : `layer-${layerOf({ name, folder })}`],
    files: Object.entries(parts.sources ?? {}).map(([path, text]) => ({
      path: `${folder}/${path}`,
      text,
    })),
  }
}

const source = (folder: string, path: string, text: string): readonly string[] =>
  fenceProblems([pkg(folder, { sources: { [path]: text } })])

describe('layers', () => {
  it('refuses a dependency on a higher layer', () => {
    const dependencies = new Map([['@mfm/engine', 'workspace:*']])
    expect(fenceProblems([pkg('packages/io-live', { dependencies })])).toEqual([
      'packages/io-live/package.json: @mfm/engine: layer 3 imports only lower layers; engine is layer 4',
    ])
  })

  it('refuses an import from a higher layer', () => {
    const text = "import type {\n  Plan,\n} from '@mfm/engine'\n"
    expect(source('packages/io-live', 'src/a.ts', text)).toHaveLength(1)
  })

  it('refuses an import from a neighbour, but for canonical-json and errors', () => {
    const replay = "import { ReplayIo } from '@mfm/io-replay'\n"
    expect(source('packages/io-live', 'src/a.ts', replay)).toHaveLength(1)
    const errors = "import { MfmError } from '@mfm/errors'\n"
    expect(source('packages/canonical-json', 'src/a.ts', errors)).toEqual([])
  })

  it('lets a test use a neighbour and refuses it a higher layer', () => {
    const replay = "import { ReplayIo } from '@mfm/io-replay'\n"
    expect(source('packages/io-live', 'src/a.unit.test.ts', replay)).toEqual([])
    const engine = "await import('@mfm/engine')\n"
    expect(source('packages/io-live', 'src/a.child.ts', engine)).toHaveLength(1)
  })

  it('refuses an adapter in the engine and allows it in an app', () => {
    const text = "import { SqliteStore } from '@mfm/store-sqlite'\n"
    expect(source('packages/engine', 'src/a.ts', text)).toHaveLength(1)
    expect(source('apps/runner', 'src/a.ts', text)).toEqual([])
  })

  it('refuses a package without a layer, a wrong tag and a version outside the catalog', () => {
    expect(source('packages/novelty', 'src/a.ts', "import '@mfm/errors'\n")).toHaveLength(1)
    expect(fenceProblems([pkg('packages/errors', { tags: ['layer-2'] })])).toHaveLength(1)
    expect(fenceProblems([pkg('tooling/services', { tags: ['layer-6'] })])).toHaveLength(1)
    const dependencies = new Map([['zod', '^4.0.0']])
    expect(fenceProblems([pkg('packages/core-types', { dependencies })])).toEqual([
      'packages/core-types/package.json: zod must be catalog:',
    ])
  })

  it('refuses a relative import of another package', () => {
    const text = "export { fail } from '../../errors/src/fail.ts'\n"
    expect(source('packages/secrets', 'src/a.ts', text)).toHaveLength(1)
  })
})

describe('adapters', () => {
  it.each([
    ['store-fs', '@mfm/secrets', 1],
    ['store-fs', '@mfm/store-memory', 1],
    ['index-redis', '@mfm/canonical-json', 0],
    ['transport-http', '@mfm/secrets', 0],
    ['transport-http', '@mfm/io-live', 1],
  ])('%s importing %s gives %i problems', (name, imported, problems) => {
    const text = `import { x } from '${imported}'\n`
    expect(source(`packages/${name}`, 'src/a.ts', text)).toHaveLength(problems)
  })
})

describe('input and output', () => {
  it.each([
    ['packages/engine', 'src/a.ts', 1],
    ['packages/engine', 'src/a.int.test.ts', 0],
    ['packages/engine', 'test/a.ts', 0],
    ['packages/store-sqlite', 'src/a.ts', 0],
    ['packages/conformance', 'src/a.ts', 0],
    ['apps/runner', 'src/a.ts', 0],
  ])('%s/%s opening a file gives %i problems', (folder, path, problems) => {
    const found = source(folder, path, "import { open } from 'node:fs/promises'\n")
    expect(found).toHaveLength(problems)
  })
})

describe('shape of files', () => {
  it('refuses utils.ts, long files and default exports', () => {
    expect(source('packages/errors', 'src/utils.ts', '')).toHaveLength(1)
    expect(source('packages/errors', 'src/a.ts', 'x\n'.repeat(401))).toHaveLength(1)
    expect(source('packages/errors', 'src/a.ts', 'x\n'.repeat(400))).toEqual([])
    expect(source('packages/errors', 'src/a.ts', 'export default 1\n')).toHaveLength(1)
    expect(source('packages/errors', 'src/a.ts', 'export { a as default }\n')).toHaveLength(1)
    expect(source('apps/runner', 'src/a.workflow.ts', 'export default 1\n')).toEqual([])
  })
})

describe('importsOf', () => {
  it('finds every form of import and none in comments', () => {
    const text = [
      "import a from 'one'",
      "import type {\n  B,\n} from 'two'",
      "export * from 'three'",
      "import 'four'",
      "const c = await import('five')",
      "const d = process.getBuiltinModule('node:fs')",
      "// import e from 'comment'",
      " * import e from 'comment'",
    ].join('\n')
    expect(importsOf(text)).toEqual(['one', 'two', 'three', 'four', 'five', 'node:fs'])
  })
})
