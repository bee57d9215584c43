import type { VerifyAllDocument, VerifyAllRow } from '../output-schemas/verify-all-document.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'
import { count } from './times.ts'

/** Rows are written before the others are known, so the widths are fixed. */
const VERDICT_WIDTH = 'unknown_workflow'.length
const RUN_WIDTH = 36
const WORKFLOW_WIDTH = 28
const DIFFERENCE_LENGTH = 160

const STYLES = {
  identical: 'good',
  allowed: 'warning',
  different: 'bad',
  unknown_workflow: 'warning',
  refused: 'bad',
} as const

export function verifyAllHeading(paint: Paint): string {
  const cells = [
    'VERDICT'.padEnd(VERDICT_WIDTH),
    'RUN'.padEnd(RUN_WIDTH),
    'WORKFLOW'.padEnd(WORKFLOW_WIDTH),
    'FIRST DIFFERENCE',
  ]
  return paint('strong', cells.join('  '))
}

export function verifyAllLine(row: VerifyAllRow, paint: Paint): string {
  const { verdict, runId, workflow } = row
  const shown = paint(STYLES[verdict], verdict) + ' '.repeat(VERDICT_WIDTH - verdict.length)
  const name = printable(workflow ?? '-').padEnd(WORKFLOW_WIDTH)
  return `${shown}  ${runId}  ${name}  ${whatOf(row)}`.trimEnd()
}

function whatOf({ difference, error }: VerifyAllRow): string {
  if (error !== null) return `${error.code}: ${shortened(error.message)}`
  if (difference === null) return ''
  const { kind, stateId, pointers, message } = difference
  const [first] = pointers
  const place = first === undefined ? shortened(message) : `at ${printable(first.pointer) || '/'}`
  return [kind, stateId, place].filter((part) => part !== null).join('  ')
}

export function verifyAllSummary({ counts, unfinished }: Omit<VerifyAllDocument, 'runs'>): string {
  const told = Object.entries(counts).filter(([, amount]) => amount > 0)
  const parts = told.map(([verdict, amount]) => `${amount} ${verdict}`)
  const open = unfinished === 0 ? [] : [`${count(unfinished, 'run')} without an end left out`]
  return [...parts, ...open].join(', ') || 'there are no finished runs'
}

function shortened(text: string): string {
  return shorten(printable(text), DIFFERENCE_LENGTH)
}
