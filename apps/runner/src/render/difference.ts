import type { JsonValue } from '@mfm/core-types'
import type { Difference, NearestFact } from '@mfm/engine'
import type { ToldDifference } from '../output-schemas/replay-document.ts'
import { fields } from './columns.ts'
import { jsonText } from './json-text.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'

const VALUE_LENGTH = 120
/** Places that are shown; `--output json` has them all. */
const MAX_PLACES = 10

/** What differs, where in the run and in the code, what was recorded that is like it, and last what to try next. */
export function renderDifference(
  difference: Pick<ToldDifference, Shown> & Partial<ToldDifference>,
  paint: Paint,
  manner?: 'allowed',
): string[] {
  const { kind, stateId, attempt, call, seq, message, location, error, command } = difference
  const head = paint(manner === undefined ? 'bad' : 'warning', kind)
  const title = manner === undefined ? head : `${manner}  ${head}`
  const { today, recorded } = location
  return [
    '',
    message === undefined ? title : `${title}: ${shorten(printable(message), 1000)}`,
    ...indent([
      ['state', stateId === null ? undefined : `${stateId} attempt ${attempt}`],
      ['call', callText(difference)],
      ['key', call?.key == null ? undefined : shorten(printable(call.key), 1000)],
      ['asked at', today === null ? undefined : printable(today)],
      ['recorded at', recorded === null ? undefined : printable(recorded)],
      ['event', seq == null ? undefined : String(seq)],
      ['code', error?.code],
    ]),
    ...placeRows(difference.pointers),
    ...difference.nearest.flatMap(nearestRows),
    ...(error?.help === undefined ? [] : [`  help: ${printable(error.help)}`]),
    ...(command == null ? [] : [`  next: ${command}`]),
  ]
}

type Shown = 'kind' | 'stateId' | 'attempt' | 'call' | 'location' | 'pointers' | 'nearest'

function callText({ call, attempt }: Pick<Difference, 'call' | 'attempt'>): string | undefined {
  if (call === null) return undefined
  return `#${attempt}.${call.ordinal ?? '?'}  ${printable(call.namespace ?? '')}`.trimEnd()
}

export function placeRows(places: Difference['pointers']): string[] {
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

function nearestRows({ key, stateId, attempt, ordinal, location, ...near }: NearestFact): string[] {
  const at = location === null ? '' : `  ${printable(location)}`
  const same = near.differences.length === 0 ? '  the same request' : ''
  return [
    `  nearest  ${stateId} #${attempt}.${ordinal}  ${shorten(printable(key), VALUE_LENGTH)}${at}${same}`,
    ...near.differences.map(
      ({ pointer, recorded, produced }) =>
        `    at ${printable(pointer) || '(the whole)'}  recorded ${shown(recorded)}, asked ${shown(produced)}`,
    ),
  ]
}

export function indent(rows: readonly (readonly [string, string | undefined])[]): string[] {
  return fields(rows).map((line) => `  ${line}`)
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? '(absent)' : shorten(printable(jsonText(value)), VALUE_LENGTH)
}
