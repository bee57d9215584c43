import { describe, expect, it } from 'vitest'
import type { Level } from '../case.ts'
import type { CaseResult, Outcome } from '../run/case-result.ts'
import { MIXED_RESULTS, sampleCase, sampleReport, sampleResult } from './sample-report.fixture.ts'
import { verdictLine } from './verdict.ts'

function eventsVerdict(outcomes: readonly (readonly [Level, Outcome])[], asked: Level = 3) {
  const results = outcomes.map(
    ([level, outcome], index): CaseResult =>
      sampleResult(sampleCase(`ES-${index}`, 'events', level), outcome),
  )
  return sampleReport(results, asked).verdicts[0]
}

const passed: Outcome = { status: 'passed' }
const failed: Outcome = { status: 'failed', error: new Error('x') }
const excepted: Outcome = {
  status: 'excepted',
  exception: { case: 'ES-1', reason: 'it cannot' },
  error: new Error('x'),
}
const notExercised: Outcome = { status: 'not_exercised', missing: ['proxy', 'processes'] }

describe('the level of a port', () => {
  it('is the highest where everything at and below it passed', () => {
    expect(
      eventsVerdict([
        [0, passed],
        [1, passed],
        [2, failed],
        [3, passed],
      ]),
    ).toMatchObject({
      level: 1,
      passed: 3,
      total: 4,
    })
    expect(
      eventsVerdict([
        [0, passed],
        [3, passed],
      ]),
    ).toMatchObject({ level: 3 })
  })

  it('is none where a case of level 0 failed', () => {
    expect(
      eventsVerdict([
        [0, failed],
        [3, passed],
      ]),
    ).toMatchObject({ level: null })
  })

  it('ends below a case that is not exercised, and says what for want of', () => {
    expect(
      eventsVerdict([
        [0, passed],
        [2, notExercised],
        [3, passed],
      ]),
    ).toMatchObject({
      level: 1,
      missing: ['processes', 'proxy'],
      passed: 2,
      total: 3,
    })
  })

  it('passes by an exception, which counts neither as passed nor in the total', () => {
    expect(
      eventsVerdict([
        [0, passed],
        [1, excepted],
        [3, passed],
      ]),
    ).toMatchObject({
      level: 3,
      passed: 2,
      total: 2,
      exceptions: 1,
    })
  })

  it('is never above what was asked for', () => {
    expect(eventsVerdict([[0, passed]], 2)).toMatchObject({ level: 2 })
  })

  it('asks nothing of what does not apply', () => {
    expect(
      eventsVerdict([
        [0, passed],
        [1, { status: 'not_applicable' }],
      ]),
    ).toMatchObject({
      level: 3,
      total: 1,
    })
  })
})

describe('verdictLine', () => {
  it('says adapter, contract, levels, counts and seed', () => {
    expect(verdictLine(sampleReport(MIXED_RESULTS))).toBe(
      'store-acme 1.4.0 · contract 1.0 · events L0 (2/3) · artifacts L2 (2/3, 1 exception) · seed 0x51ce',
    )
  })
})
