import { describe, expect, it } from 'vitest'
import { dependenciesOf } from './dependencies.ts'
import type { Project } from './read-project.ts'

function project(
  dependencies: readonly (readonly [string, string])[],
  catalogs: Project['catalogs'] = [],
): Project {
  return {
    manifests: dependencies.map(([name, specifier], index) => ({
      path: `packages/${index}/package.json`,
      dependencies: [{ name, specifier }],
    })),
    catalogs,
  }
}

describe('the dependencies of a project', () => {
  it('are asked for once each, by name and then by range', () => {
    const found = dependenciesOf(
      project([
        ['b', '^1.0.0'],
        ['a', '^2.0.0'],
        ['B', '*'],
        ['a', '^1.0.0'],
        ['a', '^2.0.0'],
      ]),
    )
    expect(found.wanted).toEqual([
      { name: 'B', range: '*' },
      { name: 'a', range: '^1.0.0' },
      { name: 'a', range: '^2.0.0' },
      { name: 'b', range: '^1.0.0' },
    ])
  })

  it('take their versions from the catalog that they name', () => {
    const found = dependenciesOf(
      project(
        [
          ['a', 'catalog:'],
          ['b', 'catalog:old'],
          ['c', 'catalog:'],
          ['d', 'catalog:'],
        ],
        [
          { catalog: 'default', name: 'a', specifier: '1.0.0' },
          { catalog: 'default', name: 'b', specifier: '2.0.0' },
          { catalog: 'old', name: 'b', specifier: 'npm:bee@1.0.0' },
          { catalog: 'default', name: 'c', specifier: 'link:' },
        ],
      ),
    )
    expect(found).toEqual({
      wanted: [
        { name: 'a', range: '1.0.0' },
        { name: 'bee', range: '1.0.0' },
        { name: 'd', range: 'catalog:' },
      ],
      elsewhere: 1,
    })
  })

  it('are only counted where they are not the registry’s', () => {
    const found = dependenciesOf(
      project([
        ['a', 'workspace:'],
        ['b', 'other:'],
      ]),
    )
    expect(found).toEqual({ wanted: [], elsewhere: 2 })
  })
})
