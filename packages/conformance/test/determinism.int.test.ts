import { expect, it } from 'vitest'
import type { ConformanceCase, Harness, OpenedStores } from '../src/index.ts'
import { ALL_CASES, runCase } from '../src/index.ts'
import memoryHarness from './memory.harness.ts'
import { callsRecorded } from './recorded-calls.fixture.ts'

/** The cases that choose by chance what they do. */
const SEEDED = ['ES-14', 'ES-24', 'ES-39m', 'AS-07m', 'FI-06m', 'FI-08', 'FI-16b']

async function schedule(one: ConformanceCase, seed: number): Promise<readonly string[]> {
  const calls: string[] = []
  const harness: Harness = {
    ...memoryHarness,
    open: async (scope, options): Promise<OpenedStores> =>
      callsRecorded(await memoryHarness.open(scope, options), calls),
  }
  const result = await runCase(harness, one, { seed, effort: 0.2 })
  return [...calls, result.status]
}

// XX-25
it.each(SEEDED)(
  '%s makes the same calls under the same seed, and others under another',
  async (id) => {
    const one = ALL_CASES.find((candidate) => candidate.id === id)
    if (one === undefined) throw new Error(`there is no case ${id}`)
    const first = await schedule(one, 7)
    expect(first.length).toBeGreaterThan(20)
    expect(await schedule(one, 7)).toEqual(first)
    expect(await schedule(one, 8)).not.toEqual(first)
  },
)
