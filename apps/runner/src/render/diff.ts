import type { JsonValue } from '@mfm/core-types'
import type { DiffRow, FactPlace, RunDifference } from '@mfm/engine'
import type { DiffDocument } from '../output-schemas/diff-document.ts'
import { columns, fields } from './columns.ts'
import { jsonText } from './json-text.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'
import { count, duration } from './times.ts'

const VALUE_LENGTH = 120
/** Differences and places that are shown; `--output json` has more. */
const MAX_DIFFERENCES = 30
const MAX_PLACES = 10

/** The verdict, the differences with the facts first, and what is told beside them. */
export function renderDiff(document: DiffDocument, paint: Paint): string[] {
  const { verdict, a, b, differences } = document
  const hidden = sum(document) - Math.min(differences.length, MAX_DIFFERENCES)
  return [
    `${paint(verdict === 'same' ? 'good' : 'bad', verdict)}  ${a.runId}  ${b.runId}`,
    ...indent(headRows(document)),
    ...differences
      .slice(0, MAX_DIFFERENCES)
      .flatMap((difference) => renderDifference(difference, paint)),
    ...(hidden > 0 ? ['', `… and ${count(hidden, 'difference')} more`] : []),
    ...timingRows(document, paint),
  ]
}

function sum({ counts }: DiffDocument): number {
  return Object.values(counts).reduce((total, one) => total + one, 0)
}

function headRows({ a, b, counts, provenance }: DiffDocument): [string, string | undefined][] {
  const counted = Object.entries(counts).filter(([, amount]) => amount > 0)
  const crashes = a.outsideEnds + b.outsideEnds
  return [
    ['phase', both(a.phase, b.phase)],
    ['facts', both(String(a.facts), String(b.facts))],
    ['differ', counted.map(([kind, amount]) => `${amount} ${kind}`).join(', ') || undefined],
    [
      'not counted',
      crashes === 0 ? undefined : `attempts ended from outside: ${a.outsideEnds}, ${b.outsideEnds}`,
    ],
    ...provenance.map((row): [string, string] => [
      row.pointer.slice(1),
      `${shown(row.a)}, ${shown(row.b)} (informational)`,
    ]),
  ]
}

function both(a: string, b: string): string {
  return a === b ? a : `${a}, ${b}`
}

function renderDifference({ kind, stateId, fact, rows }: RunDifference, paint: Paint): string[] {
  const more = rows.length - MAX_PLACES
  const place = stateId === null ? '' : `  ${stateId}`
  return [
    '',
    `${paint('bad', kind)}${place}${fact === null ? '' : `  ${factText(fact)}`}`,
    ...rows.slice(0, MAX_PLACES).flatMap(renderRow),
    ...(more > 0 ? [`  … and ${more} more places`] : []),
  ]
}

function factText({ a, b }: NonNullable<RunDifference['fact']>): string {
  const place = a ?? b
  if (place === null) return ''
  return [callText(place), shorten(printable(place.key), VALUE_LENGTH)].filter(Boolean).join('  ')
}

function callText({ attempt, ordinal, namespace }: FactPlace): string {
  if (attempt === undefined) return ''
  return `#${attempt}.${ordinal}  ${printable(namespace ?? '')}`
}

function renderRow({ pointer, within, a, b }: DiffRow): string[] {
  const inside = within === undefined ? '' : ` in its JSON at ${printable(within)}`
  return [
    `  at ${pointer === '' ? '(the whole)' : printable(pointer)}${inside}`,
    `    a  ${shown(a)}`,
    `    b  ${shown(b)}`,
  ]
}

function timingRows({ timing }: DiffDocument, paint: Paint): string[] {
  const rows = timing.states.map(({ stateId, a, b }) => [stateId, duration(a), duration(b)])
  const total = ['total', duration(timing.totalA), duration(timing.totalB)]
  return ['', paint('strong', 'time'), ...columns([...rows, total]).map((line) => `  ${line}`)]
}

function indent(rows: readonly (readonly [string, string | undefined])[]): string[] {
  return fields(rows).map((line) => `  ${line}`)
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? '(absent)' : shorten(printable(jsonText(value)), VALUE_LENGTH)
}
