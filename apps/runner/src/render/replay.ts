import type { ReplayDocument } from '../output-schemas/replay-document.ts'
import { fields } from './columns.ts'
import { indent, placeRows, renderDifference } from './difference.ts'
import { jsonText } from './json-text.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'
import { paintPhase, renderFailure } from './run.ts'
import { count } from './times.ts'

const VALUE_LENGTH = 120
const MAX_KEYS = 10
/** A verification stops at the first; where calls were not made, those are told together with what came of it. */
const MAX_DIFFERENCES = 5

const VERDICT_STYLE = { identical: 'good', allowed: 'warning', different: 'bad' } as const

/** `identical`, or the first difference, and what was counted. */
export function renderVerify(report: ReplayDocument, paint: Paint): string[] {
  return [
    `${paint(VERDICT_STYLE[report.verdict], report.verdict)}  ${report.runId}`,
    ...indent(countRows(report)),
    ...report.differences
      .slice(0, MAX_DIFFERENCES)
      .flatMap((difference) => renderDifference(difference, paint)),
    ...allowedRows(report, paint),
    ...noteRows(report, paint),
  ]
}

/** What a replay came to, every call that no fact answered, and the facts that nobody asked for. */
export function renderReplay(report: ReplayDocument, paint: Paint): string[] {
  return [
    ...fields([
      ['run', report.runId],
      ['replay', paintPhase(report.phase, paint)],
      ...countRows(report),
    ]),
    ...report.differences.flatMap((difference) => renderDifference(difference, paint)),
    ...allowedRows(report, paint),
    ...unusedRows(report),
    ...renderFailure(report.failure),
    ...(report.output === null ? [] : ['', jsonText(report.output, 2)]),
  ]
}

function countRows({ counts, headDigest }: ReplayDocument): [string, string][] {
  const { states, attempts, events, facts, unusedFacts, outsideEnds } = counts
  const outside = outsideEnds === 0 ? '' : `, ${outsideEnds} ended from outside`
  const unused = unusedFacts === 0 ? '' : `, ${unusedFacts} unused`
  return [
    ['states', `${states} completed in ${count(attempts, 'attempt')}${outside}`],
    ['facts', `${facts}${unused}`],
    ['head', `event ${events}, sha256 ${headDigest ?? '-'}`],
  ]
}

/** What the divergence policy let pass. */
function allowedRows({ allowed, divergence }: ReplayDocument, paint: Paint): string[] {
  const more = allowed.length - MAX_DIFFERENCES
  return [
    ...allowed
      .slice(0, MAX_DIFFERENCES)
      .flatMap((difference) => renderDifference(difference, paint, 'allowed')),
    ...(more > 0 ? ['', `… and ${more} more that ${divergence} lets pass`] : []),
  ]
}

function noteRows({ notes }: ReplayDocument, paint: Paint): string[] {
  return notes.flatMap(({ kind, message, pointers }) => [
    '',
    `${paint('warning', kind)}: ${printable(message)}`,
    ...placeRows(pointers),
  ])
}

function unusedRows({ unusedFacts, counts }: ReplayDocument): string[] {
  if (unusedFacts.length === 0) return []
  const shownKeys = unusedFacts.slice(0, MAX_KEYS)
  const more = counts.unusedFacts - shownKeys.length
  return [
    '',
    'unused facts',
    ...shownKeys.map((key) => `  ${shorten(printable(key), VALUE_LENGTH)}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ]
}
