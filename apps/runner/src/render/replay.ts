import type { JsonValue } from '@mfm/core-types'
import type { Difference } from '@mfm/engine'
import type { ReplayDocument } from '../output-schemas/replay-document.ts'
import { fields } from './columns.ts'
import { isRecord } from './json-record.ts'
import { jsonText } from './json-text.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'
import { paintPhase, renderFailure } from './run.ts'
import { count } from './times.ts'

const VALUE_LENGTH = 120
/** Places that are shown; `--output json` has them all. */
const MAX_PLACES = 10
const MAX_KEYS = 10
/** A verification stops at the first; where calls were not made, those are told together with what came of it. */
const MAX_DIFFERENCES = 5

/** `identical`, or the first difference, and what was counted. */
export function renderVerify(report: ReplayDocument, paint: Paint): string[] {
  const isSame = report.verdict === 'identical'
  return [
    `${paint(isSame ? 'good' : 'bad', report.verdict)}  ${report.runId}`,
    ...indent(countRows(report)),
    ...report.differences
      .slice(0, MAX_DIFFERENCES)
      .flatMap((difference) => renderDifference(difference, paint)),
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

function renderDifference(difference: Difference, paint: Paint): string[] {
  const { kind, stateId, attempt, call, seq, message, pointers, error } = difference
  return [
    '',
    `${paint('bad', kind)}: ${shorten(printable(message), 1000)}`,
    ...indent([
      ['state', stateId === null ? undefined : `${stateId} attempt ${attempt}`],
      [
        'call',
        call === null
          ? undefined
          : `#${attempt}.${call.ordinal}  ${printable(call.namespace ?? '')}`,
      ],
      ['event', seq === null ? undefined : String(seq)],
      ['code', error?.code],
    ]),
    ...placeRows(pointers),
    ...nearestRows(error?.details),
    ...(error?.help === undefined ? [] : [`  help: ${printable(error.help)}`]),
  ]
}

function placeRows(places: Difference['pointers']): string[] {
  const more = places.length - MAX_PLACES
  return [
    ...places
      .slice(0, MAX_PLACES)
      .flatMap((place) => [
        `  at ${place.pointer === '' ? '(the whole)' : printable(place.pointer)}`,
        `    recorded  ${shown(place.recorded)}`,
        `    produced  ${shown(place.produced)}`,
      ]),
    ...(more > 0 ? [`  … and ${more} more places`] : []),
  ]
}

function noteRows({ notes }: ReplayDocument, paint: Paint): string[] {
  return notes.flatMap(({ kind, message, pointers }) => [
    '',
    `${paint('warning', kind)}: ${printable(message)}`,
    ...placeRows(pointers),
  ])
}

/** The recorded calls that are most like one that has no fact. */
function nearestRows(details: JsonValue | undefined): string[] {
  const nearest = isRecord(details) ? details['nearest'] : undefined
  if (!Array.isArray(nearest)) return []
  return nearest.filter(isRecord).flatMap((near) => {
    const { key, stateId, attempt, ordinal, differences } = near
    const rows: JsonValue[] = Array.isArray(differences) ? differences : []
    return [
      `  nearest  ${text(stateId)} #${text(attempt)}.${text(ordinal)}  ${text(key)}`,
      ...rows.filter(isRecord).map((row) => {
        const { pointer, recorded, requested } = row
        return `    at ${text(pointer)}  recorded ${shown(recorded)}, asked ${shown(requested)}`
      }),
    ]
  })
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

function indent(rows: readonly (readonly [string, string | undefined])[]): string[] {
  return fields(rows).map((line) => `  ${line}`)
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? '(absent)' : shorten(printable(jsonText(value)), VALUE_LENGTH)
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? shorten(printable(value), VALUE_LENGTH) : shown(value)
}
