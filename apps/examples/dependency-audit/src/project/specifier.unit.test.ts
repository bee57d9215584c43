import { describe, expect, it } from 'vitest'
import { catalogOf, recordable, wantedOf } from './specifier.ts'

describe('a specifier as it is recorded', () => {
  it.each([
    '^1.2.3',
    '~1.2',
    '1.x || >=2.5.0 <3',
    '1.2.3',
    '',
    '*',
    'latest',
    'next-11',
    'catalog:',
    'catalog:react18',
    'npm:other@^1',
    'npm:@scope/other@1.0.0',
  ])('%j is kept', (specifier) => {
    expect(recordable(specifier)).toBe(specifier)
  })

  it.each([
    ['workspace:*', 'workspace:'],
    ['link:../folder', 'link:'],
    ['file:/somewhere/on/this/machine', 'file:'],
    ['git+ssh://git@server.example/a.git#v1', 'git+ssh:'],
    ['https://user:word@server.example/a.tgz', 'https:'],
    ['github:owner/name', 'github:'],
    ['owner/name#semver:^1', 'other:'],
    ['git@server.example:owner/name.git', 'other:'],
    ['./folder', 'other:'],
    ['C:\\folder', 'c:'],
  ])('%j is %j', (specifier, expected) => {
    expect(recordable(specifier)).toBe(expected)
  })
})

describe('what a specifier asks of the registry', () => {
  it.each([
    ['^1.2.3', { name: 'a', range: '^1.2.3' }],
    ['', { name: 'a', range: '*' }],
    ['npm:b@~2', { name: 'b', range: '~2' }],
    ['npm:@s/b@~2', { name: '@s/b', range: '~2' }],
    ['npm:@s/b', { name: '@s/b', range: '*' }],
    ['workspace:', undefined],
    ['other:', undefined],
  ])('%j', (specifier, expected) => {
    expect(wantedOf('a', specifier)).toEqual(expected)
  })

  it('names the catalog', () => {
    expect(catalogOf('catalog:')).toBe('default')
    expect(catalogOf('catalog:react18')).toBe('react18')
    expect(catalogOf('^1.0.0')).toBeUndefined()
  })
})
