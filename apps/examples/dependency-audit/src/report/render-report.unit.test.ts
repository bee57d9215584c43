import { describe, expect, it } from 'vitest'
import type { Release } from '../registry/release.ts'
import type { Paint } from './render-report.ts'
import { renderReport } from './render-report.ts'
import { reportOn } from './report.ts'

const plain: Paint = (_style, text) => text

const RELEASE: Release = {
  name: 'a',
  range: '^1.0.0',
  wanted: '1.2.0',
  latest: '1.2.0',
  publishedAt: '2024-01-01T00:00:00.000Z',
  deprecated: null,
  licence: 'MIT',
  problem: null,
}

function render(releases: readonly Partial<Release>[], days = 10, paint = plain): string[] {
  const nowMillis = Date.parse('2024-01-01T00:00:00.000Z') + days * 86_400_000
  const full = releases.map((release) => ({ ...RELEASE, ...release }))
  return renderReport(reportOn(full, { elsewhere: 2, nowMillis }), paint)
}

describe('the table', () => {
  it('has aligned columns, what does not fit below, and the sum', () => {
    const lines = render([
      { name: '@scope/name' },
      { name: 'b', latest: '10.0.0' },
      { name: 'c', deprecated: 'use b' },
      { name: 'd', wanted: null, latest: null, publishedAt: null, licence: null, problem: 'gone' },
    ])
    expect(lines).toEqual([
      'package      wanted  latest  age   licence  note',
      '@scope/name  1.2.0   1.2.0   10 d  MIT',
      'b            1.2.0   10.0.0  10 d  MIT      behind',
      'c            1.2.0   1.2.0   10 d  MIT      deprecated',
      'd            -       -       -     -        problem',
      '',
      'c 1.2.0 is deprecated: use b',
      'd (^1.0.0): gone',
      '',
      '4 dependencies, 1 behind, 1 deprecated, 1 problem',
      'not asked about: 2 entries of the workspace or from elsewhere',
    ])
  })

  it('fits into 100 columns whatever the registry says', () => {
    const long = 'x'.repeat(200)
    const text = 'many words '.repeat(50)
    const lines = render([
      { name: long, wanted: long, latest: long, licence: long, deprecated: text },
      { problem: text },
    ])
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(lines.join(' ')).toContain('…')
  })

  it('lets nothing that the registry says reach the terminal as a command', () => {
    const hostile = 'a\u001b[2J\nb\u202e\u0007'
    const lines = render([{ name: hostile, deprecated: hostile, licence: hostile }])
    expect(lines.join('')).not.toMatch(/[^\u0020-\u007e…]/)
    expect(lines).toHaveLength(7)
  })

  it.each([
    [0, '0 d'],
    [59, '59 d'],
    [60, '1 mo'],
    [365, '11 mo'],
    [729, '23 mo'],
    [730, '1 y'],
    [3660, '10 y'],
  ])('says %i days as %s', (days, text) => {
    expect(render([{}], days)[1]).toMatch(new RegExp(` ${text} `))
  })

  it('gives colours a meaning and keeps the columns', () => {
    const marked: Paint = (style, text) => `<${style}>${text}</>`
    const lines = render([{ latest: '2.0.0' }, { problem: 'gone' }], 10, marked)
    expect(lines[1]).toMatch(/<yellow>behind<\/>$/)
    expect(lines[2]).toMatch(/<red>problem<\/>$/)
  })
})
