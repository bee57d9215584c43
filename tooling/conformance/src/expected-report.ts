import type { CaseResult, Harness, ReportSummary } from '@mfm/conformance'
import { ALL_CASES, conclude, notRun, selectCases, settingsOf, summaryOf } from '@mfm/conformance'

/**
 * The report that a harness gives if no case fails: what it declares, without running it. That nothing fails, and
 * that no exception is out of date, is for the tests of its package to say.
 */
export async function expectedReport(harness: Harness): Promise<ReportSummary> {
  try {
    const selection = await selectCases(harness, ALL_CASES)
    const results = selection.exercised.map((one): CaseResult => {
      const exception = harness.exceptions?.find(({ case: id }) => id === one.id)
      const plain = { case: one, notes: [], millis: 0 }
      return exception === undefined
        ? { ...plain, status: 'passed' }
        : { ...plain, status: 'excepted', exception, error: undefined }
    })
    const all = [...results, ...notRun(selection)]
    return summaryOf(conclude(harness, all, settingsOf(harness, selection, {})))
  } finally {
    await harness.close?.()
  }
}
