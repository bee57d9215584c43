import type { ConformanceCase, Harness, RunOptions } from '@mfm/conformance'
import { ALL_CASES, runCase } from '@mfm/conformance'
import { describe, expect, it } from 'vitest'

export interface MutantSuite<Flaws> {
  /** What is broken: `a store over the wire`. */
  readonly subject: string
  readonly mutants: readonly (Flaws & { readonly flaw: string; readonly killedBy: string })[]
  readonly sound: Flaws
  readonly open: (flaws: Flaws) => Promise<Harness>
}

const TIMEOUT = 120_000
/** A quarter of the rounds finds nearly every flaw. */
const SHORT: RunOptions = { effort: 0.25 }
/** A race that did not happen in time is looked for longer. */
const TRIES: readonly RunOptions[] = [SHORT, { seed: 2 }, { seed: 3 }]

/** Each mutant is found by the case that names it, and a sound store passes all of these cases. */
export function testMutants<Flaws>({ subject, mutants, sound, open }: MutantSuite<Flaws>): void {
  const verdictOf = async (flaws: Flaws, id: string, options: RunOptions): Promise<unknown> => {
    const harness = await open(flaws)
    try {
      const result = await runCase(harness, caseOf(id), options)
      return result.status === 'failed' ? result.error : result.status
    } finally {
      await harness.close?.()
    }
  }

  describe(`${subject} that is sound`, () => {
    const named = [...new Set(mutants.map(({ killedBy }) => killedBy))].sort()
    it.each(named)('passes %s', { timeout: TIMEOUT }, async (id) => {
      expect(await verdictOf(sound, id, SHORT)).toBe('passed')
    })
  })

  describe(`${subject} that`, () => {
    it.each(mutants)('$flaw is found by $killedBy', { timeout: TIMEOUT }, async (mutant) => {
      let verdict: unknown
      for (const options of TRIES) {
        verdict = await verdictOf(mutant, mutant.killedBy, options)
        if (verdict !== 'passed') break
      }
      expect(verdict).toBeInstanceOf(Error)
    })
  })
}

function caseOf(id: string): ConformanceCase {
  const found = ALL_CASES.find((one) => one.id === id)
  if (found === undefined) throw new Error(`there is no case ${id}`)
  return found
}
