import type { LineageFact, LineageNode } from '@mfm/engine'
import type { WhyDocument } from '../output-schemas/why-document.ts'
import { jsonText } from './json-text.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'
import { count } from './times.ts'

const VALUE_LENGTH = 120
/** Facts of one state that are shown; `--output json` has them all. */
const MAX_FACTS = 20

/** The value, and under it a tree: each key with the state that wrote it, its facts, and the keys that it read. */
export function renderWhy({ pointer, value, parent, root }: WhyDocument, paint: Paint): string[] {
  return [
    `${paint('strong', printable(pointer))}  ${shortValue(value)}`,
    ...(parent === null ? [] : [`forked from ${parent.runId} after its event ${parent.seq}`]),
    '',
    ...branch(root, paint),
  ]
}

function branch(node: LineageNode, paint: Paint): string[] {
  const { facts, reads } = node
  const hidden = facts.length - MAX_FACTS
  const below = [
    ...facts.slice(0, MAX_FACTS).map((fact) => [factLine(fact)]),
    ...(hidden > 0 ? [[`… and ${count(hidden, 'fact')} more`]] : []),
    ...reads.map((read) => branch(read, paint)),
  ]
  return [
    headLine(node, paint),
    ...below.flatMap((lines, index) => {
      const isLast = index === below.length - 1
      const [first = '', ...rest] = lines
      return [
        `${isLast ? '└─' : '├─'} ${first}`,
        ...rest.map((line) => `${isLast ? '  ' : '│ '} ${line}`),
      ]
    }),
  ]
}

function headLine(node: LineageNode, paint: Paint): string {
  const { key, stateId, attempt, seq, isRepeated, readsAll } = node
  const name = paint('strong', printable(key))
  if (stateId === null) return `${name}  of the first context`
  const notes = [isRepeated ? ', told above' : '', readsAll ? ', may have read every key' : '']
  return `${name}  written by ${stateId} #${attempt} (event ${seq}${notes.join('')})`
}

function factLine({
  namespace,
  attempt,
  ordinal,
  outcome,
  key,
  request,
  seq,
}: LineageFact): string {
  const what = request === null ? shorten(printable(key), VALUE_LENGTH) : shortValue(request)
  const ended = outcome === 'answered' ? '' : `  ${outcome}`
  return `fact #${attempt}.${ordinal} (event ${seq})  ${printable(namespace)}${ended}  ${what}`
}

function shortValue(value: WhyDocument['value']): string {
  return shorten(printable(jsonText(value)), VALUE_LENGTH)
}
