import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fenceProblems } from './fences.ts'
import { readWorkspace } from './workspace.ts'

it('no fence of the workspace is broken', () => {
  const packages = readWorkspace(join(import.meta.dirname, '..', '..'))
  expect(packages.length).toBeGreaterThan(10)
  expect(packages.flatMap((pkg) => pkg.files).length).toBeGreaterThan(packages.length)
  expect(fenceProblems(packages)).toEqual([])
})
