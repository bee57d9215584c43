import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ALL_CASES } from '../cases/all-cases.ts'
import { ALL_ASSERTIONS, assertionOf } from './all-assertions.ts'

const ROOT = new URL('../../../../', import.meta.url)

describe('the contract', () => {
  it('has 116 assertions, numbered without a gap', () => {
    const numbered = (area: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${area}-${String(index + 1).padStart(2, '0')}`)
    expect(ALL_ASSERTIONS.map(({ id }) => id)).toEqual([
      ...numbered('ES', 39),
      ...numbered('AS', 28),
      ...numbered('FI', 24),
      ...numbered('XX', 25),
    ])
  })

  it('has no assertion without a proof', () => {
    const proven = new Set(ALL_CASES.map(({ id }) => assertionOf(id)))
    const unproven = ALL_ASSERTIONS.filter(
      ({ id, elsewhere = [] }) => !proven.has(id) && elsewhere.length === 0,
    )
    expect(unproven.map(({ id }) => id)).toEqual([])
  })

  it('names only proofs that are there', () => {
    const files = ALL_ASSERTIONS.flatMap(({ elsewhere = [] }) => elsewhere.map(({ test }) => test))
    expect(files.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([])
  })

  it('has every case under an assertion, once, and in a form that says something', () => {
    const ids = ALL_CASES.map(({ id }) => id)
    const known = new Set(ALL_ASSERTIONS.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !known.has(assertionOf(id)))).toEqual([])
    const bare = ALL_CASES.filter(({ title, why }) => title.length < 10 || why.length < 20)
    expect(bare.map(({ id }) => id)).toEqual([])
  })
})
