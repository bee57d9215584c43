import { describe, expect, it } from 'vitest'
import { TestFolder } from '../../test/audit.fixture.ts'
import { readProject } from './read-project.ts'

const manifest = (dependencies: Record<string, string>): unknown => ({ dependencies })

describe('reading a project', () => {
  it('takes every section that is installed', async () => {
    await using folder = await TestFolder.with({
      'package.json': {
        dependencies: { a: '^1.0.0' },
        devDependencies: { b: 'link:/somewhere' },
        optionalDependencies: { c: 'latest' },
        peerDependencies: { d: '*' },
      },
    })
    expect(await readProject(folder.path)).toEqual({
      manifests: [
        {
          path: 'package.json',
          dependencies: [
            { name: 'a', specifier: '^1.0.0' },
            { name: 'b', specifier: 'link:' },
            { name: 'c', specifier: 'latest' },
          ],
        },
      ],
      catalogs: [],
    })
  })

  it('finds the packages of a pnpm workspace, and its catalogs', async () => {
    await using folder = await TestFolder.with({
      'package.json': {},
      'pnpm-workspace.yaml':
        "packages:\n  - packages/*\n  - apps/**\n  - '!**/test/**'\ncatalog:\n  a: 1.0.0\n  b: git+ssh://host.example/b\n",
      'packages/z/package.json': manifest({ z: '1.0.0' }),
      'packages/a/package.json': manifest({ a: 'catalog:' }),
      'packages/a/node_modules/x/package.json': manifest({ x: '1.0.0' }),
      'packages/a/test/package.json': manifest({ t: '1.0.0' }),
      'apps/web/nested/package.json': manifest({ n: '1.0.0' }),
      'apps/web/test/package.json': manifest({ t: '1.0.0' }),
      'elsewhere/package.json': manifest({ e: '1.0.0' }),
    })
    const { manifests, catalogs } = await readProject(folder.path)
    expect(manifests.map(({ path }) => path)).toEqual([
      'package.json',
      'apps/web/nested/package.json',
      'packages/a/package.json',
      'packages/z/package.json',
    ])
    expect(catalogs).toEqual([
      { catalog: 'default', name: 'a', specifier: '1.0.0' },
      { catalog: 'default', name: 'b', specifier: 'git+ssh:' },
    ])
  })

  it.each([[['packages/*']], [{ packages: ['packages/*/'] }]])(
    'finds the packages of an npm workspace written as %j',
    async (workspaces) => {
      await using folder = await TestFolder.with({
        'package.json': { workspaces },
        'packages/a/package.json': manifest({}),
      })
      const { manifests } = await readProject(folder.path)
      expect(manifests.map(({ path }) => path)).toEqual(['package.json', 'packages/a/package.json'])
    },
  )

  it.each([
    ['no manifest', {}],
    ['no JSON', { 'package.json': '{' }],
    ['no manifest but JSON', { 'package.json': { dependencies: ['a'] } }],
    ['a folder', { 'package.json/file': '' }],
  ])('refuses %s without naming the place', async (_what, files) => {
    await using folder = await TestFolder.with(files)
    await expect(readProject(folder.path)).rejects.toMatchObject({
      code: 'manifest_unreadable',
      message: expect.not.stringContaining(folder.path),
    })
  })
})
