import { describe, expect, it } from 'vitest'
import { assertRunnable } from './typescript-support.ts'

const OLD = { versions: { node: '22.13.0' }, features: { typescript: false } }

describe('TypeScript', () => {
  it.each(['a.ts', 'a.mts', 'a.workflow.cts'])(
    'in %s is refused where Node does not strip types',
    (file) => {
      const refused = { code: 'workflow_invalid', help: expect.stringContaining('22.18') }
      expect(() => assertRunnable(file, OLD)).toThrow(expect.objectContaining(refused))
    },
  )

  it('runs where Node strips types, and JavaScript runs anywhere', () => {
    expect(() =>
      assertRunnable('a.ts', { ...OLD, features: { typescript: 'strip' } }),
    ).not.toThrow()
    expect(() => assertRunnable('a.mjs', OLD)).not.toThrow()
    expect(() => assertRunnable('a.ts', { ...OLD, features: {} })).toThrow()
  })
})
