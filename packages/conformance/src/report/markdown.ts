import { ALL_ASSERTIONS } from '../assertions/all-assertions.ts'
import type { Need } from '../case.ts'
import type { Port } from '../harness.ts'
import type { CaseResult } from '../run/case-result.ts'
import type { PortVerdict, SuiteReport } from './verdict.ts'
import { portText } from './verdict.ts'

const PORTS: readonly Port[] = ['events', 'artifacts', 'facts']

/** The matrix of adapters and ports, with what keeps each from the next level and every exception with its reason. */
export function markdownMatrix(reports: readonly SuiteReport[]): string {
  const contract = reports[0]?.contract ?? ''
  return [
    `| adapter (contract ${contract}) | ${PORTS.join(' | ')} | what the next level waits for |`,
    '|---|---|---|---|---|',
    ...reports.map(row),
    ...footnotes(reports),
  ].join('\n')
}

function row({ name, version, verdicts, results }: SuiteReport): string {
  const cells = PORTS.map((port) => {
    const verdict = verdicts.find((one) => one.port === port)
    if (verdict === undefined) return '–'
    return [portText(verdict), verdict.durability].join(' ')
  })
  return `| \`${name}\` ${version} | ${cells.join(' | ')} | ${waitsFor(verdicts, results)} |`
}

function waitsFor(verdicts: readonly PortVerdict[], results: readonly CaseResult[]): string {
  const failed = results.filter(({ status }) => status === 'failed')
  if (failed.length > 0) return `failing: ${failed.map((result) => result.case.id).join(', ')}`
  const missing = Array.from(new Set(verdicts.flatMap((verdict) => verdict.missing))).sort()
  // Where nothing outlives an opening there is nothing for a backdoor or a second process to look at.
  if (missing.includes('shared')) return needText('shared')
  const parts = missing.flatMap((need) => (need.startsWith('backdoor.') ? [need.slice(9)] : []))
  const others = missing.filter((need) => !need.startsWith('backdoor.')).map(needText)
  const backdoor = parts.length === 0 ? [] : [`backdoor parts ${parts.join(', ')}`]
  return [...others, ...backdoor].join('; ')
}

/** What a harness lacks, for people. */
function needText(need: Need): string {
  switch (need) {
    case 'shared':
      return 'state that a second opening sees'
    case 'processes':
      return 'state that another process sees'
    case 'proxy':
      return 'a server to put a fault proxy before'
    case 'restart':
      return 'a server to restart'
    case 'credentials':
      return 'options with credentials'
    case 'wrongOptions':
      return 'wrong options'
    default:
      return `\`${need}\``
  }
}

/** Exceptions alone: what cases note holds measurements, and those differ every time. */
function footnotes(reports: readonly SuiteReport[]): readonly string[] {
  const notes = reports.flatMap(({ name, version, results }) =>
    results.flatMap((result) =>
      result.status === 'excepted'
        ? [`- \`${name}\` ${version}, ${result.case.id}: ${result.exception.reason}`]
        : [],
    ),
  )
  return notes.length === 0 ? [] : ['', ...notes]
}

/** The contract as a page: every assertion under its id, with the cases that prove it. */
export function contractPage(cases: readonly CaseResult['case'][]): string {
  const paragraphs = ALL_ASSERTIONS.map(({ id, text, elsewhere = [] }) => {
    const proofs = cases
      .filter((one) => one.id.replace(/[a-z]+$/, '') === id)
      .map((one) => `- \`${one.id}\` L${one.level}: ${one.title}`)
    const others = elsewhere.map(({ test, reason }) => `- \`${test}\`: ${reason}`)
    return [`### ${id}`, '', text, '', ...proofs, ...others].join('\n')
  })
  return [
    '# The contract of the stores',
    '',
    'One paragraph for each assertion, and where it is proven: cases of the suite with their level, or tests of the',
    'repository. Written by `npm run conformance -- --write`.',
    '',
    paragraphs.join('\n\n'),
    '',
  ].join('\n')
}
