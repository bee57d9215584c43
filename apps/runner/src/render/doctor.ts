import type { DoctorDocument, PortReport } from '../output-schemas/doctor-document.ts'
import { fields } from './columns.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'

const STYLE = { fine: 'good', change: 'warning', unreachable: 'bad' } as const

/** The verdict first, what to do about it last. */
export function renderDoctor(document: DoctorDocument, paint: Paint): string[] {
  const { verdict, ports, together, changes } = document
  const lists = [
    ...statements('promise', together.promises),
    ...statements('limit', together.limits),
  ]
  return [
    paint(STYLE[verdict], verdict),
    ...ports.flatMap((report) => ['', ...renderPort(report, paint)]),
    '',
    paint('strong', together.atomic ? 'together, in one commit' : 'together'),
    ...indented(fields(lists)),
    ...(changes.length === 0 ? [] : ['', paint('warning', 'change')]),
    ...indented(fields(changes.map(({ port, change }) => [port, printable(change)]))),
  ]
}

function renderPort(report: PortReport, paint: Paint): string[] {
  const { port, url, adapter, product, state, error, durability, capabilities } = report
  const title = `${paint('strong', port)}  ${printable(url)}`
  const rows = fields([
    ['adapter', `${adapter.name} ${adapter.version}`],
    ['product', product === null ? undefined : printable(product)],
    ['state', stateText(state)],
    ['error', error === null ? undefined : `${printable(error.message)} (${error.code})`],
    ['durability', durability === null ? undefined : DURABILITY[durability]],
    ['can', capabilities.length === 0 ? undefined : capabilities.join(', ')],
    ['level', levelText(report)],
    ...statements('promise', report.promises),
    ...statements('limit', report.limits),
  ])
  return [title, ...indented(rows)]
}

const DURABILITY: Readonly<Record<NonNullable<PortReport['durability']>, string>> = {
  none: 'none: gone with the process',
  process: 'process: survives a crash of the process',
  disk: 'disk: survives a power cut',
  replicated: 'replicated: survives the loss of a machine',
}

function stateText(state: PortReport['state']): string {
  return state === 'absent' ? 'absent; the first run makes it' : state
}

function levelText({ conformance }: PortReport): string {
  if (conformance === null) return 'unknown: this release carries no report of the suite'
  const { contract, level, passed, total, exceptions } = conformance
  const reached = level === null ? 'no level' : `L${level}`
  const excepted = exceptions.map((exception) => `, except ${exception.case}: ${exception.reason}`)
  return `${reached} of contract ${contract} (${passed}/${total}${excepted.join('')})`
}

const statements = (
  name: string,
  texts: readonly string[],
): readonly (readonly [string, string])[] => texts.map((text) => [name, text])

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
