import { describe, expect, it } from 'vitest'
import { benchmarksNamed } from './benchmarks.ts'
import { parseOptions } from './options.ts'

describe('options', () => {
  it('measure everything by default', () => {
    expect(parseOptions([])).toEqual({ isQuick: false, only: undefined, isHelpWanted: false })
  })

  it('take a name', () => {
    const { isQuick, only } = parseOptions(['--quick', '--only', 'resume'])
    expect(isQuick).toBe(true)
    expect(benchmarksNamed(only).map(({ name }) => name)).toEqual(['resume'])
  })

  it('refuse what is not there', () => {
    expect(() => parseOptions(['--fast'])).toThrow(TypeError)
    expect(() => benchmarksNamed('resumee')).toThrow(RangeError)
  })
})
