import { afterAll, describe, expect, it } from 'vitest'
import { ALL_CASES } from '../cases/all-cases.ts'
import { checkHarness } from '../check-harness.ts'
import type { Harness } from '../harness.ts'
import type { CaseResult } from '../run/case-result.ts'
import { runCase, timeoutOf } from '../run/run-case.ts'
import { selectCases } from '../run/select-cases.ts'
import type { SuiteOptions } from '../run/suite-options.ts'

/** What closing and destroying may take after a case has run out of its own time. */
const GRACE_MILLIS = 120_000

/**
 * Registers one test for every case that this harness can exercise.
 *
 * A case that it cannot exercise is registered as no test at all, for it would look passed or skipped.
 *
 * @example
 * defineConformance(acmeHarness, { level: 2 })
 */
export function defineConformance(harness: Harness, options: SuiteOptions = {}): void {
  const caseIds = ALL_CASES.map(({ id }) => id)
  const checked = checkHarness(harness, caseIds)
  describe(`${checked.name} ${checked.version}`, async () => {
    const { exercised } = await selectCases(checked, ALL_CASES, options)
    afterAll(() => checked.close?.())
    for (const one of exercised) {
      it(`${one.id} ${one.title}`, {
        timeout: timeoutOf(one, options) + GRACE_MILLIS,
      }, async () => {
        expect(problemOf(await runCase(checked, one, options))).toBeUndefined()
      })
    }
  })
}

function problemOf(result: CaseResult): unknown {
  if (result.status === 'failed') throw result.error
  return undefined
}
