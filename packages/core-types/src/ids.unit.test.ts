import { describe, expect, it } from 'vitest'
import { isArtifactId, isOpPath, isRunId, isSegment, isStateId } from './ids.ts'

describe('segments (spec 2.1)', () => {
  it.each(['a', 'a0', 'a_0b', 'a'.repeat(63)])('takes %s', (text) => {
    expect(isSegment(text)).toBe(true)
  })

  it.each(['', '_a', '0a', 'a'.repeat(64), 'A', 'a-1', 'a.b', 'é', 'a\n', 1, null])(
    'refuses %j',
    (text) => {
      expect(isSegment(text)).toBe(false)
    },
  )
})

describe('composed identifiers (spec 2.2)', () => {
  it('takes exactly three segments as a state id', () => {
    expect(['m.main.s', 'm.main', 'm.main.s.t', 'm..s', 'M.main.s'].map(isStateId)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })

  it('takes two or more segments as an op path', () => {
    expect(['m.s', 'm.s.c1.c2', 'm', 'm.', '.m'].map(isOpPath)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })

  it('takes lowercase hyphenated UUIDs as run ids', () => {
    expect(isRunId('11111111-2222-4333-8444-555555555555')).toBe(true)
    expect(isRunId('11111111-2222-4333-8444-55555555555A')).toBe(false)
    expect(isRunId('11111111222243338444555555555555')).toBe(false)
  })

  it('takes 64 lowercase hex digits as an artifact id', () => {
    expect(isArtifactId('0'.repeat(64))).toBe(true)
    expect(isArtifactId('0'.repeat(63))).toBe(false)
    expect(isArtifactId(`${'0'.repeat(63)}A`)).toBe(false)
    expect(isArtifactId('../x')).toBe(false)
    expect(isArtifactId(['0'.repeat(64)])).toBe(false)
    for (let code = 0; code < 0x1_00_00; code++) {
      const digit = String.fromCharCode(code)
      expect(isArtifactId(`${'0'.repeat(63)}${digit}`)).toBe(/^[0-9a-f]$/.test(digit))
    }
  })
})
