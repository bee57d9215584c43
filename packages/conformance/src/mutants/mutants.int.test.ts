import { describe, expect, it } from 'vitest'
import type { ConformanceCase } from '../case.ts'
import { ALL_CASES } from '../cases/all-cases.ts'
import type { Harness } from '../harness.ts'
import type { CaseResult } from '../run/case-result.ts'
import { runCase } from '../run/run-case.ts'
import { MUTANTS, mutantHarness, REFERENCE } from './mutants.ts'

const KILLERS = [...new Set(MUTANTS.map(({ killedBy }) => killedBy))].sort()
/** Enough for every case here; what hangs is found by it. */
const CASE_MILLIS = 8000
const TIMEOUT = 60_000

function caseOf(id: string): ConformanceCase {
  const found = ALL_CASES.find((one) => one.id === id)
  if (found === undefined) throw new Error(`there is no case ${id}`)
  return found
}

async function resultOf(harness: Harness, id: string): Promise<CaseResult> {
  try {
    return await runCase(harness, caseOf(id), { timeoutMs: CASE_MILLIS })
  } finally {
    await harness.close?.()
  }
}

describe('the reference stores', () => {
  it.each(KILLERS)('pass %s', { timeout: TIMEOUT }, async (id) => {
    expect(await resultOf(REFERENCE, id)).toMatchObject({ status: 'passed' })
  })
})

describe('a store that', () => {
  it.each(MUTANTS)('$flaw is found by $killedBy', { timeout: TIMEOUT }, async (mutant) => {
    const result = await resultOf(mutantHarness(mutant), mutant.killedBy)
    expect(result.status).toBe('failed')
    // A mutant that does not even run would be killed by any case, for no reason.
    const { error } = result as Extract<CaseResult, { readonly status: 'failed' }>
    expect([TypeError, ReferenceError, RangeError]).not.toContain(Object(error).constructor)
  })
})

describe('the mutants', () => {
  it('are at least thirty, each with a name of its own', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(30)
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
  })
})
