import { causeChain } from '@mfm/errors'
import type { CaseResult } from '../run/case-result.ts'
import type { SuiteReport } from './verdict.ts'
import { verdictLine } from './verdict.ts'

/** What a matrix needs of a report: the head of `conformance.json`. */
export interface ReportSummary extends Omit<SuiteReport, 'results'> {
  readonly verdict: string
  /** Ids of the cases that failed. */
  readonly failed: readonly string[]
  readonly exceptions: readonly { readonly case: string; readonly reason: string }[]
}

export function summaryOf(report: SuiteReport): ReportSummary {
  const { results, ...rest } = report
  return {
    verdict: verdictLine(report),
    ...rest,
    failed: results.filter(({ status }) => status === 'failed').map((result) => result.case.id),
    exceptions: results.flatMap((result) =>
      result.status === 'excepted'
        ? [{ case: result.case.id, reason: result.exception.reason }]
        : [],
    ),
  }
}

/** The report for machines: `conformance.json`. Members are only ever added. */
export function jsonReport(report: SuiteReport): string {
  const document = { format: 1, ...summaryOf(report), cases: report.results.map(caseOf) }
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
