import type { ConformanceCase } from '../case.ts'
import { ALL_CASES } from '../cases/all-cases.ts'
import { checkHarness } from '../check-harness.ts'
import type { Harness } from '../harness.ts'
import type { SuiteReport, SuiteSettings } from '../report/verdict.ts'
import { conclude } from '../report/verdict.ts'
import type { CaseResult } from './case-result.ts'
import { DEFAULT_SEED, runCase } from './run-case.ts'
import type { CaseSelection } from './select-cases.ts'
import { selectCases } from './select-cases.ts'
import type { SuiteOptions } from './suite-options.ts'

export interface RunSuiteOptions extends SuiteOptions {
  /** Told of each case as it ends, in the order of the suite. */
  readonly onResult?: ((result: CaseResult) => void) | undefined
}

/**
 * Runs every case that a harness can exercise, one after the other, and closes the harness.
 *
 * @throws MfmError `invalid_option` for a harness that is none; what its `open` throws at the first look
 */
export async function runSuite(
  harness: Harness,
  options: RunSuiteOptions = {},
  cases: readonly ConformanceCase[] = ALL_CASES,
): Promise<SuiteReport> {
  checkHarness(harness, caseIds(cases))
  try {
    const selection = await selectCases(harness, cases, options)
    const results: CaseResult[] = []
    for (const one of selection.exercised) {
      const result = await runCase(harness, one, options)
      results.push(result)
      options.onResult?.(result)
    }
    return conclude(
      harness,
      [...results, ...notRun(selection)],
      settingsOf(harness, selection, options),
    )
  } finally {
    await harness.close?.()
  }
}

/** The results of the cases that are not run. */
export function notRun({ notExercised, notApplicable }: CaseSelection): readonly CaseResult[] {
  const nothing = { notes: [], millis: 0 }
  return [
    ...notExercised.map(
      ({ case: one, missing }): CaseResult => ({
        case: one,
        status: 'not_exercised',
        missing,
        ...nothing,
      }),
    ),
    ...notApplicable.map(
      (one): CaseResult => ({ case: one, status: 'not_applicable', ...nothing }),
    ),
  ]
}

export function settingsOf(
  harness: Harness,
  { durability }: CaseSelection,
  { level = 3, ports, seed = DEFAULT_SEED, effort = 1 }: SuiteOptions,
): SuiteSettings {
  const asked = harness.ports.filter((port) => ports === undefined || ports.includes(port))
  return { level, ports: asked, seed, effort, durability }
}

export function caseIds(cases: readonly ConformanceCase[]): readonly string[] {
  return cases.map(({ id }) => id)
}
