// Reads vitest's JSON report. Its shape is checked here because the counts decide whether a run is good.

export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, key)?.value
    : undefined

const count = (report: unknown, key: string): number => {
  const value = member(report, key)
  if (typeof value !== 'number') throw new Error(`the test report has no number ${key}`)
  return value
}

/** A file that could not be loaded has no tests of its own; it counts as one failure. */
const brokenFiles = (report: unknown): number => {
  const files = member(report, 'testResults')
  if (!Array.isArray(files)) throw new Error('the test report has no testResults')
  const isBroken = (file: unknown): boolean => {
    const tests = member(file, 'assertionResults')
    const failedTest = (test: unknown): boolean => member(test, 'status') === 'failed'
    return member(file, 'status') === 'failed' && !(Array.isArray(tests) && tests.some(failedTest))
  }
  return files.filter(isBroken).length
}

export const readTestCounts = (reportText: string): TestCounts => {
  const report: unknown = JSON.parse(reportText)
  return {
    passed: count(report, 'numPassedTests'),
    failed: count(report, 'numFailedTests') + brokenFiles(report),
    skipped: count(report, 'numPendingTests') + count(report, 'numTodoTests'),
  }
}
