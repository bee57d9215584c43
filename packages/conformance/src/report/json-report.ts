import { causeChain } from '@mfm/errors'
import type { CaseResult } from '../run/case-result.ts'
import type { SuiteReport } from './verdict.ts'
import { verdictLine } from './verdict.ts'

/** The report for machines: `conformance.json`. Members are only ever added. */
export function jsonReport(report: SuiteReport): string {
  const { results, ...rest } = report
  const document = { format: 1, verdict: verdictLine(report), ...rest, cases: results.map(caseOf) }
  return `${JSON.stringify(document, null, 2)}\n`
}

function caseOf(result: CaseResult): object {
  const { id, subject, level, title } = result.case
  const { status, notes, millis } = result
  const plain = { id, subject, level, title, status, notes, millis: Math.round(millis) }
  switch (result.status) {
    case 'failed':
      return { ...plain, error: causeChain(result.error) }
    case 'excepted':
      return { ...plain, exception: result.exception, error: causeChain(result.error) }
    case 'not_exercised':
      return { ...plain, missing: result.missing }
    default:
      return plain
  }
}
