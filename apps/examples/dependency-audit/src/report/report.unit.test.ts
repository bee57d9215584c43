import { describe, expect, it } from 'vitest'
import type { Release } from '../registry/release.ts'
import { reportOn } from './report.ts'

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

const NOW = Date.parse('2024-01-11T12:00:00.000Z')

function row(change: Partial<Release>): ReturnType<typeof reportOn>['rows'][number] | undefined {
  return reportOn([{ ...RELEASE, ...change }], { elsewhere: 0, nowMillis: NOW }).rows[0]
}

describe('a report', () => {
  it.each([
    ['2024-01-01T00:00:00.000Z', 10],
    ['2024-01-01T02:00:00.000+02:00', 10],
    ['2024-01-11T11:59:00.000Z', 0],
    ['soon', null],
    [null, null],
  ])('counts the days since %j: %j', (publishedAt, ageDays) => {
    expect(row({ publishedAt })?.ageDays).toBe(ageDays)
  })

  it.each([
    ['1.2.0', '1.2.0', false],
    ['1.2.0', '1.10.0', true],
    ['2.0.0', '1.10.0', false],
    ['2.0.0-beta.1', '2.0.0', true],
    [null, '1.0.0', false],
    ['1.0.0', null, false],
    ['1.0.0', 'newest', false],
  ])('holds %j against the latest %j: behind is %j', (wanted, latest, behind) => {
    expect(row({ wanted, latest })?.behind).toBe(behind)
  })

  it('counts', () => {
    const releases = [
      RELEASE,
      { ...RELEASE, latest: '2.0.0', deprecated: 'why not' },
      { ...RELEASE, latest: '2.0.0' },
      { ...RELEASE, wanted: null, problem: 'not found' },
    ]
    expect(reportOn(releases, { elsewhere: 3, nowMillis: NOW }).counts).toEqual({
      dependencies: 4,
      behind: 2,
      deprecated: 1,
      problems: 1,
      elsewhere: 3,
    })
  })
})
