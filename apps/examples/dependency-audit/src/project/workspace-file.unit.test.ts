import { describe, expect, it } from 'vitest'
import { parseWorkspaceFile } from './workspace-file.ts'

describe('a pnpm-workspace.yaml', () => {
  it('says where packages are and what the catalogs hold', () => {
    const content = `
# where
packages:
  - packages/*
  - "apps/*"   # quoted
  - '!**/test/**'

catalog:
  '@scope/name': ^1.2.3
  "other": '>=1 <2'
  plain-name: 1.0.0   # why
  with_hash: npm:a#b

catalogs:
  old:
    react: ^17.0.0
  'new':
    react: ^19.0.0
    '@types/react': ^19

allowBuilds:
  node: true
nested: { flow: [1, 2] }
text: >-
  catalog: no section of its own
`
    expect(parseWorkspaceFile(content)).toEqual({
      packages: ['packages/*', 'apps/*', '!**/test/**'],
      catalogs: [
        { catalog: 'default', name: '@scope/name', specifier: '^1.2.3' },
        { catalog: 'default', name: 'other', specifier: '>=1 <2' },
        { catalog: 'default', name: 'plain-name', specifier: '1.0.0' },
        { catalog: 'default', name: 'with_hash', specifier: 'npm:a#b' },
        { catalog: 'old', name: 'react', specifier: '^17.0.0' },
        { catalog: 'new', name: 'react', specifier: '^19.0.0' },
        { catalog: 'new', name: '@types/react', specifier: '^19' },
      ],
    })
  })

  it('may have its list as far left as the heading, and carriage returns', () => {
    const content = 'packages:\r\n- a/*\r\n- b\r\ncatalog:\r\n  c: 1.0.0\r\n'
    expect(parseWorkspaceFile(content)).toEqual({
      packages: ['a/*', 'b'],
      catalogs: [{ catalog: 'default', name: 'c', specifier: '1.0.0' }],
    })
  })

  it.each(['', '# nothing\n', 'packages:\n', 'other:\n  - a\n'])(
    'may hold nothing: %j',
    (content) => {
      expect(parseWorkspaceFile(content)).toEqual({ packages: [], catalogs: [] })
    },
  )

  it.each([
    'packages: [a, b]',
    'packages:\n  a: b',
    'packages:\n  - [a]',
    'packages:\n  -',
    'catalog: { a: 1.0.0 }',
    'catalog:\n  a: &anchor 1.0.0',
    'catalog:\n  a: *alias',
    'catalog:\n  a: |\n    1.0.0',
    'catalog:\n  a:\n    b: 1.0.0',
    'catalog:\n  @scope/name: 1.0.0',
    'catalog:\n  "a": "1\\u002e0"',
    "catalog:\n  a: '1.0.0' extra",
    'catalog:\n  just text',
    'catalogs:\n  name: 1.0.0',
  ])('is refused rather than misread: %j', (content) => {
    expect(() => parseWorkspaceFile(content)).toThrow(
      expect.objectContaining({ code: 'workspace_file_unsupported' }),
    )
  })
})
