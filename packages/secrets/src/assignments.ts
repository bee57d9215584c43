import { couldBeSecret } from './field-values.ts'
import { mayBeDocument } from './json-text.ts'
import type { NameVerdict, ValueShape } from './member-names.ts'
import { endsTelling, judgeName, NAME_ENDING } from './member-names.ts'
import type { Span } from './rules.ts'

const LONGEST_NAME = 48
/** This much of a value is judged, whatever its length. */
const JUDGED_VALUE = 128

const SIGNS = endingsBefore('[:=]')
const SIGNS_OF_JSON = endingsBefore('[:=,}]')

/** A sign with what ends a telling name before it; a quote and blanks may come between. */
function endingsBefore(signs: string): RegExp {
  return new RegExp(`${signs}(?<=${NAME_ENDING}\\\\*["'\`]?[ \\t]{0,2}${signs})`, 'gi')
}

/**
 * Whether the text may assign something to a name that holds secrets, as `api_key=…`, `"password": "…"` and
 * `Cookie: …` do. In JSON text a name may also stand in a list or be a value itself, so `,` and `}` end it too.
 */
export function mayAssign(text: string): boolean {
  const isJson = mayBeDocument(text)
  const signs = isJson ? SIGNS_OF_JSON : SIGNS
  signs.lastIndex = 0
  while (signs.test(text)) {
    const name = nameBefore(text, signs.lastIndex - 1)
    if (name !== '' && judgeName(name) !== undefined) return true
  }
  return isJson && text.includes('\\u00')
}

/** Values that a text assigns to names that hold secrets: query strings, forms, options, headers, settings. */
export function findAssignments(text: string): Span[] {
  const spans: Span[] = []
  let past = 0
  for (const match of text.matchAll(/[:=]/g)) {
    const sign = match.index
    const name = sign < past ? '' : nameBefore(text, sign)
    const verdict = judgeName(name)
    const value = verdict && assignedValue(text, sign, name, verdict)
    if (!value) continue
    past = value.end
    spans.push({ ...value, rule: verdict.rule })
  }
  return spans
}

const QUOTES = new Set(['"', "'", '`'].map((quote) => quote.charCodeAt(0)))
const [BACKSLASH, SPACE, TAB] = [0x5c, 0x20, 0x09]

/** The name that ends before a sign, with a quote and two blanks between them at most; empty where it tells nothing. */
function nameBefore(text: string, sign: number): string {
  const end = nameEnd(text, sign)
  if (!endsTelling(text, end)) return ''
  const before = text.slice(Math.max(0, end - LONGEST_NAME), end)
  return /[A-Za-z][A-Za-z0-9_.-]*(?: [A-Za-z0-9_-]+)?$/.exec(before)?.[0] ?? ''
}

function nameEnd(text: string, sign: number): number {
  let end = sign
  while (end > sign - 2 && isBlank(text.charCodeAt(end - 1))) end -= 1
  if (QUOTES.has(text.charCodeAt(end - 1))) end -= 1
  while (text.charCodeAt(end - 1) === BACKSLASH) end -= 1
  return end
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

interface Value {
  readonly start: number
  readonly end: number
}

/** The value after a sign, if it is one that could be a secret. */
function assignedValue(
  text: string,
  sign: number,
  name: string,
  verdict: NameVerdict,
): Value | undefined {
  const [all, quote = ''] = /^[ \t]{0,4}(\\*["'`]?)/.exec(text.slice(sign + 1, sign + 16)) ?? ['']
  const nameStop = nameEnd(text, sign)
  const before = text[nameStop - name.length - 1] ?? ''
  const isQuoted = /["'`]/.test(text.slice(nameStop, sign))
  // The quote closes what stands before: `header="Cookie:"`.
  if (quote !== '' && quote === before && !isQuoted) return
  const start = sign + 1 + all.length
  const ending = endingOf(quote, text[sign] === ':' && HEADER_SHAPES.has(verdict.shape))
  const judged = text.slice(start, endOfValue(text.slice(0, start + JUDGED_VALUE), start, ending))
  const end = start + judged.length
  if (isCall(text, end)) return
  // A word is meant as it stands in a form, a query, a command line or JSON. Elsewhere it may be code or prose.
  const isLiteral = text[sign] === '=' ? /^[?&;-]?$/.test(before) : isQuoted && quote !== ''
  if (!couldBeSecret(judged, isLiteral ? verdict : loose(verdict))) return
  return { start, end: endOfValue(text, start, ending) }
}

const HEADER_SHAPES: ReadonlySet<ValueShape> = new Set(['cookie', 'authorization', 'phrase'])

/** What ends a value: its closing quote; without quotes the line of a header, else whatever ends a word. */
function endingOf(quote: string, isHeader: boolean): string | RegExp {
  if (quote !== '') return quote
  return isHeader ? /[\r\n"'`<>{}\\]/g : /[\s"'`&;,<>(){}[\]\\]/g
}

function endOfValue(text: string, start: number, ending: string | RegExp): number {
  const end =
    typeof ending === 'string' ? text.indexOf(ending, start) : matchFrom(text, start, ending)
  return end < 0 ? text.length : end
}

function matchFrom(text: string, start: number, pattern: RegExp): number {
  pattern.lastIndex = start
  return pattern.exec(text)?.index ?? -1
}

/** `password=load(…)`, `password: fields[0]`: code that gets the value from elsewhere. */
function isCall(text: string, end: number): boolean {
  return /^\s?[([{]/.test(text.slice(end, end + 2))
}

function loose(verdict: NameVerdict): NameVerdict {
  return verdict.shape === 'any' ? { ...verdict, shape: 'password' } : verdict
}
