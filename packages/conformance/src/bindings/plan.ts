import type { ConformanceCase, Level } from '../case.ts'
import { ALL_CASES } from '../cases/all-cases.ts'
import { checkHarness } from '../check-harness.ts'
import type { Harness, Port } from '../harness.ts'
import { failureText } from '../report/failure-text.ts'
import { conclude } from '../report/verdict.ts'
import type { CaseResult } from '../run/case-result.ts'
import { runCase } from '../run/run-case.ts'
import { caseIds, notRun, settingsOf } from '../run/run-suite.ts'
import type { CaseSelection } from '../run/select-cases.ts'
import { selectCases } from '../run/select-cases.ts'
import type { SuiteOptions } from '../run/suite-options.ts'

export interface BindingOptions extends SuiteOptions {
  /** The level that each port is to reach, neither less nor more: a harness that lost its proxy is noticed. */
  readonly claims?: Partial<Readonly<Record<Port, Level>>> | undefined
}

/** What a binding registers with its test runner. */
export interface Plan {
  readonly cases: readonly ConformanceCase[]
  /** Rejects where the case fails; resolves where it passes or is excepted. */
  run(one: ConformanceCase): Promise<void>
  /** The name of the test of the verdict: what is not exercised, and for want of what. */
  readonly title: string
  /** The claims that do not hold, once every case has run. */
  unmetClaims(): readonly string[]
}

/** @throws MfmError `invalid_option` for a harness that is none; what its `open` throws at the first look */
export async function planOf(harness: Harness, options: BindingOptions): Promise<Plan> {
  checkHarness(harness, caseIds(ALL_CASES))
  const selection = await selectCases(harness, ALL_CASES, options)
  const settings = settingsOf(harness, selection, options)
  const results: CaseResult[] = []
  return {
    cases: selection.exercised,
    run: async (one) => {
      const result = await runCase(harness, one, options)
      results.push(result)
      if (result.status !== 'failed') return
      const text = failureText(result, settings, harness.module ?? './harness.ts')
      throw new Error(text, { cause: result.error })
    },
    title: titleOf(selection),
    unmetClaims: () => {
      const { verdicts } = conclude(harness, [...results, ...notRun(selection)], settings)
      const reached = new Map(verdicts.map(({ port, level }) => [port, level]))
      return settings.ports.flatMap((port) => {
        const claimed = options.claims?.[port]
        const level = reached.get(port) ?? null
        if (claimed === undefined || claimed === level) return []
        return [
          `${port}: claimed L${claimed}, reached ${level === null ? 'no level' : `L${level}`}`,
        ]
      })
    },
  }
}

function titleOf({ notExercised }: CaseSelection): string {
  if (notExercised.length === 0) return 'exercises every case that applies'
  const named = notExercised.map(({ case: { id }, missing }) => `${id} (${missing.join(', ')})`)
  return `does not exercise ${named.join(', ')}`
}
