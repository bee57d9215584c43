import { describe, expect, it } from 'vitest'
import { goalOf } from './findings.ts'
import { times } from './numbers.ts'
import { spreadOf } from './stats.ts'

const measured = spreadOf([0.5999, 0.5999, 0.5999])

describe('goalOf', () => {
  it.each([
    [{ atLeast: 0.6 }, false],
    [{ atLeast: 0.5999 }, true],
    [{ atMost: 0.5998 }, false],
    [{ atMost: 0.6 }, true],
  ])('%o against 0.5999', (goal, isMet) => {
    expect(goalOf({ figure: 'f', measured, ...goal, write: times }).isMet).toBe(isMet)
  })

  it('is not met by what could not be measured', () => {
    const unknown = spreadOf([Number.NaN])
    expect(goalOf({ figure: 'f', measured: unknown, atMost: 1, write: times }).isMet).toBe(false)
  })
})
