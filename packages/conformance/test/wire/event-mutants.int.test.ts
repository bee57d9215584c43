import type { ConformanceCase } from '@mfm/conformance'
import { ALL_CASES, runCase } from '@mfm/conformance'
import { describe, expect, it } from 'vitest'
import type { EventFlaws } from './event-harness.fixture.ts'
import { eventHarness } from './event-harness.fixture.ts'
import { EVENT_MUTANTS } from './event-mutants.fixture.ts'

const NAMED = [...new Set(EVENT_MUTANTS.map(({ killedBy }) => killedBy))].sort()
const TIMEOUT = 60_000
/** Enough for every flaw, and a quarter of the time. */
const EFFORT = 0.25

function caseOf(id: string): ConformanceCase {
  const found = ALL_CASES.find((one) => one.id === id)
  if (found === undefined) throw new Error(`there is no case ${id}`)
  return found
}

async function verdictOf(flaws: EventFlaws, id: string): Promise<unknown> {
  const harness = await eventHarness(flaws)
  try {
    const result = await runCase(harness, caseOf(id), { effort: EFFORT })
    return result.status === 'failed' ? result.error : result.status
  } finally {
    await harness.close?.()
  }
}

describe('a sound event store over the wire', () => {
  it.each(NAMED)('passes %s', { timeout: TIMEOUT }, async (id) => {
    expect(await verdictOf({}, id)).toBe('passed')
  })
})

describe('an event store over the wire that', () => {
  it.each(EVENT_MUTANTS)('$flaw is found by $killedBy', { timeout: TIMEOUT }, async (mutant) => {
    expect(await verdictOf(mutant, mutant.killedBy)).toBeInstanceOf(Error)
  })
})
