import { printable, shorten, wrap } from './lines.ts'
import type { AuditReport, AuditRow } from './report.ts'

/** Gives text a meaning that a terminal may show as a colour. */
export type Paint = (style: 'bold' | 'dim' | 'green' | 'yellow' | 'red', text: string) => string

interface Column {
  readonly title: string
  /** The most characters that a value takes. */
  readonly limit: number
  readonly value: (row: AuditRow) => string
}

/** With two spaces between, these and the note take at most 99 columns. */
const COLUMNS: readonly Column[] = [
  { title: 'package', limit: 28, value: ({ name }) => name },
  { title: 'wanted', limit: 12, value: ({ wanted }) => wanted ?? '-' },
  { title: 'latest', limit: 12, value: ({ latest }) => latest ?? '-' },
  { title: 'age', limit: 5, value: ({ ageDays }) => ageText(ageDays) },
  { title: 'licence', limit: 16, value: ({ licence }) => licence ?? '-' },
]

const LINE_LENGTH = 96

/** The report as a table, what there is to say of single packages below it, and the sum. */
export function renderReport(report: AuditReport, paint: Paint): string[] {
  const cells = report.rows.map((row) =>
    COLUMNS.map(({ limit, value }) => shorten(printable(value(row)), limit)),
  )
  const widths = COLUMNS.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((row) => row[index]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')
  return [
    paint('bold', `${line(COLUMNS.map(({ title }) => title))}  note`),
    ...report.rows.map((row, index) =>
      `${line(cells[index] ?? [])}  ${note(row, paint)}`.trimEnd(),
    ),
    ...remarks(report.rows),
    '',
    ...summary(report),
  ]
}

function note({ problem, deprecated, behind }: AuditRow, paint: Paint): string {
  if (problem !== null) return paint('red', 'problem')
  if (deprecated !== null) return paint('red', 'deprecated')
  return behind ? paint('yellow', 'behind') : ''
}

/** What does not fit into the table. */
function remarks(rows: readonly AuditRow[]): readonly string[] {
  const texts = rows.flatMap(({ name, range, wanted, problem, deprecated }) => {
    if (problem !== null) return [`${name} (${range}): ${problem}`]
    return deprecated === null ? [] : [`${name} ${wanted} is deprecated: ${deprecated}`]
  })
  return texts.length === 0
    ? []
    : ['', ...texts.flatMap((text) => wrap(printable(text), LINE_LENGTH))]
}

function summary({ counts }: AuditReport): readonly string[] {
  const { dependencies, behind, deprecated, problems, elsewhere } = counts
  const found = [
    `${dependencies} ${dependencies === 1 ? 'dependency' : 'dependencies'}`,
    `${behind} behind`,
    `${deprecated} deprecated`,
    `${problems} ${problems === 1 ? 'problem' : 'problems'}`,
  ].join(', ')
  const rest = `not asked about: ${elsewhere} entries of the workspace or from elsewhere`
  return elsewhere === 0 ? [found] : [found, rest]
}

function ageText(days: number | null): string {
  if (days === null) return '-'
  if (days < 60) return `${days} d`
  return days < 730 ? `${Math.floor(days / 30.44)} mo` : `${Math.floor(days / 365.25)} y`
}
