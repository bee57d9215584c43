import type { ConformanceCase } from '@mfm/conformance'
import { ALL_CASES, runCase } from '@mfm/conformance'
import { describe, expect, it } from 'vitest'
import { ARTIFACT_MUTANTS } from './artifact-mutants.fixture.ts'
import { FACT_MUTANTS } from './fact-mutants.fixture.ts'
import type { Flaws } from './wire-harness.fixture.ts'
import { wireHarness } from './wire-harness.fixture.ts'

/** The cases that a memory store cannot show to work: those of the network and of the backdoor. */
const MUTANTS = [...ARTIFACT_MUTANTS, ...FACT_MUTANTS]
const NAMED = [...new Set(MUTANTS.map(({ killedBy }) => killedBy))].sort()
const TIMEOUT = 60_000
/** Enough for every flaw, and a quarter of the time. */
const EFFORT = 0.25

function caseOf(id: string): ConformanceCase {
  const found = ALL_CASES.find((one) => one.id === id)
  if (found === undefined) throw new Error(`there is no case ${id}`)
  return found
}

async function verdictOf(flaws: Flaws, id: string): Promise<unknown> {
  const harness = await wireHarness(flaws)
  try {
    const result = await runCase(harness, caseOf(id), { effort: EFFORT })
    return result.status === 'failed' ? result.error : result.status
  } finally {
    await harness.close?.()
  }
}

describe('a sound store over the wire', () => {
  it.each(NAMED)('passes %s', { timeout: TIMEOUT }, async (id) => {
    expect(await verdictOf({}, id)).toBe('passed')
  })
})

describe('a store over the wire that', () => {
  it.each(MUTANTS)('$flaw is found by $killedBy', { timeout: TIMEOUT }, async (mutant) => {
    expect(await verdictOf(mutant, mutant.killedBy)).toBeInstanceOf(Error)
  })
})
