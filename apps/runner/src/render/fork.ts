import type { JsonValue } from '@mfm/core-types'
import type { ForkDifference, ForkedState } from '@mfm/engine'
import type { ForkDocument } from '../output-schemas/fork-document.ts'
import { fields } from './columns.ts'
import { jsonText } from './json-text.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'
import { headText, paintPhase, renderFailure } from './run.ts'
import { count } from './times.ts'

const VALUE_LENGTH = 120
/** Places and keys that are shown of one state; `--output json` has more. */
const MAX_PLACES = 10
const MAX_KEYS = 5

const CHANGE_TEXT: Readonly<Record<ForkedState['change'], string>> = {
  unchanged: 'unchanged',
  changed: 'changed',
  only_fork: 'completed here alone',
  only_parent: 'completed in the parent alone',
  neither: 'did not complete',
}

/** The new run, its edits, and state by state what it left otherwise than its parent. */
export function renderFork(document: ForkDocument, paint: Paint): string[] {
  const { runId, parent, edits, phase, head, states, outputs, failure } = document
  return [
    ...fields([
      ['run', runId],
      ['parent', `${parent.runId} up to event ${parent.seq}`],
      ['at', edits.at],
      ...edits.facts.map(({ key, value }) => editRow('fact', key, value)),
      ...edits.context.map(({ key, value }) => editRow('context', key, value)),
      ['phase', paintPhase(phase, paint)],
      ['facts', factsText(document.facts)],
      ['head', headText(head)],
    ]),
    ...states.flatMap((state) => renderState(state, paint)),
    ...renderFailure(failure),
    ...renderOutput(outputs, paint),
  ]
}

function editRow(what: string, name: string, value: JsonValue): [string, string] {
  return [`set ${what}`, `${shorten(printable(name), VALUE_LENGTH)} = ${shown(value)}`]
}

function renderState({ stateId, change, differences, facts }: ForkedState, paint: Paint): string[] {
  const style = change === 'unchanged' ? 'faint' : 'warning'
  const counted = factsText(facts)
  return [
    '',
    `${paint(style, CHANGE_TEXT[change])}  ${stateId}${counted === 'none' ? '' : `  ${counted}`}`,
    ...places(differences),
    ...keyRows('new', facts.recordedKeys, facts.recorded),
    ...keyRows('unused', facts.unusedKeys, facts.unused),
  ]
}

function factsText({ reused, edited, recorded, unused }: ForkDocument['facts']): string {
  const parts = [
    reused === 0 ? '' : `${count(reused, 'fact')} of the parent`,
    edited === 0 ? '' : `${edited} edited`,
    recorded === 0 ? '' : `${recorded} new`,
    unused === 0 ? '' : `${unused} no longer asked for`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'none' : parts.join(', ')
}

function places(differences: readonly ForkDifference[]): string[] {
  const more = differences.length - MAX_PLACES
  return [
    ...differences
      .slice(0, MAX_PLACES)
      .flatMap(({ pointer, parent, fork }) => [
        `  at ${pointer === '' ? '(the whole)' : printable(pointer)}`,
        `    parent  ${shown(parent)}`,
        `    fork    ${shown(fork)}`,
      ]),
    ...(more > 0 ? [`  … and ${count(more, 'more place')}`] : []),
  ]
}

function keyRows(what: string, keys: readonly string[], total: number): string[] {
  const listed = keys.slice(0, MAX_KEYS)
  const more = total - listed.length
  return [
    ...listed.map((key) => `  ${what}  ${shorten(printable(key), VALUE_LENGTH)}`),
    ...(more > 0 ? [`  … and ${more} more ${what}`] : []),
  ]
}

function renderOutput(
  { parent, fork, differences }: ForkDocument['outputs'],
  paint: Paint,
): string[] {
  if (parent === null && fork === null) return []
  if (differences.length === 0) return ['', `${paint('faint', 'unchanged')}  the output`]
  return ['', `${paint('warning', 'changed')}  the output`, ...places(differences)]
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? '(absent)' : shorten(printable(jsonText(value)), VALUE_LENGTH)
}
