import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const UNOPTIMISED = ['--no-opt', '--no-maglev', '--no-sparkplug']

it('takes the deepest document in code that was never optimised, with stack to spare', () => {
  const child = join(import.meta.dirname, 'deepest.child.ts')
  const options = ['--conditions=@mfm/source', '--stack-size=800', ...UNOPTIMISED]
  expect(execFileSync(process.execPath, [...options, child], { encoding: 'utf8' })).toBe('same')
})
