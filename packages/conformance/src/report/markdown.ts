import type { Need } from '../case.ts'
import type { Port } from '../harness.ts'
import type { ReportSummary } from './json-report.ts'
import type { PortVerdict } from './verdict.ts'
import { portText } from './verdict.ts'

const PORTS: readonly Port[] = ['events', 'artifacts', 'facts']

/** The matrix of adapters and ports, with what keeps each from the next level and every exception with its reason. */
export function markdownMatrix(reports: readonly ReportSummary[]): string {
  const contract = reports[0]?.contract ?? ''
  return [
    `| adapter (contract ${contract}) | ${PORTS.join(' | ')} | what the next level waits for |`,
    '|---|---|---|---|---|',
    ...reports.map(row),
    ...footnotes(reports),
  ].join('\n')
}

function row({ name, version, verdicts, failed }: ReportSummary): string {
  const cells = PORTS.map((port) => {
    const verdict = verdicts.find((one) => one.port === port)
    if (verdict === undefined) return '–'
    return [portText(verdict), verdict.durability].join(' ')
  })
  return `| \`${name}\` ${version} | ${cells.join(' | ')} | ${waitsFor(verdicts, failed)} |`
}

function waitsFor(verdicts: readonly PortVerdict[], failed: readonly string[]): string {
  if (failed.length > 0) return `failing: ${failed.join(', ')}`
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
function footnotes(reports: readonly ReportSummary[]): readonly string[] {
  const notes = reports.flatMap(({ name, version, exceptions }) =>
    exceptions.map(({ case: id, reason }) => `- \`${name}\` ${version}, ${id}: ${reason}`),
  )
  return notes.length === 0 ? [] : ['', ...notes]
}
