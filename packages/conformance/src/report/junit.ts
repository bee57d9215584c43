import { inspect } from 'node:util'
import type { CaseResult } from '../run/case-result.ts'
import { repeatCommand } from './failure-text.ts'
import type { SuiteReport } from './verdict.ts'
import { verdictLine } from './verdict.ts'

/**
 * The report in the form of JUnit, as Jenkins and GitLab read it. What was not exercised and what is excepted is
 * `skipped` with its reason; what does not apply is left out.
 */
export function junitReport(report: SuiteReport, harnessFile: string): string {
  const results = report.results.filter(({ status }) => status !== 'not_applicable')
  const failures = results.filter(({ status }) => status === 'failed').length
  const skipped = results.filter(({ status }) => status !== 'failed' && status !== 'passed').length
  const seconds = secondsOf(results.reduce((sum, { millis }) => sum + millis, 0))
  const name = escaped(`${report.name} ${report.version}`)
  const counts = `tests="${results.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}" ${counts}>`,
    `  <testsuite name="${name}" ${counts}>`,
    `    <properties><property name="verdict" value="${escaped(verdictLine(report))}"/></properties>`,
    ...results.map((result) => testCase(result, report, harnessFile)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function testCase(result: CaseResult, report: SuiteReport, harnessFile: string): string {
  const { id, subject, title, level } = result.case
  const start = `    <testcase classname="${escaped(`${report.name}.${subject}.L${level}`)}" name="${escaped(`${id} ${title}`)}" time="${secondsOf(result.millis)}"`
  switch (result.status) {
    case 'failed': {
      const text = `${inspect(result.error)}\n${repeatCommand(id, report, harnessFile)}`
      return `${start}><failure message="${escaped(result.case.why)}">${escaped(text)}</failure></testcase>`
    }
    case 'excepted':
      return `${start}><skipped message="${escaped(`exception: ${result.exception.reason}`)}"/></testcase>`
    case 'not_exercised':
      return `${start}><skipped message="${escaped(`not exercised for want of ${result.missing.join(', ')}`)}"/></testcase>`
    default:
      return `${start}/>`
  }
}

function secondsOf(millis: number): string {
  return (millis / 1000).toFixed(3)
}

/** Text for XML 1.0, which has no place for most control characters, escaped or not. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/gu, '\ufffd')
    .replaceAll('\n', '&#10;')
}
