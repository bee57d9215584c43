import { couldBeSecret, isLabelOf, isOpaque, isStandIn } from './field-values.ts'
import type { NameVerdict } from './member-names.ts'
import { judgeName, NAME_PHRASES, NEUTRAL_ENDINGS } from './member-names.ts'
import type { Span } from './rules.ts'

const NAMES: string = [
  ...new Set(
    NAME_PHRASES.filter(([, shape]) => shape !== 'hex').flatMap(([, , text]) => text.split(' ')),
  ),
  'x-[a-z-]{1,40}-token',
]
  .map((phrase) => phrase.replaceAll('-', '[ _.-]?'))
  .join('|')

/**
 * A name that holds secrets, and what assigns to it: `api_key=`, `"password": "`, `--client-secret=`, `Cookie: `.
 * Backslashes before the quotes are those of JSON within JSON text.
 */
const ASSIGNMENT = new RegExp(
  `(?:${NAMES})s?(?:[_-]?(?:${NEUTRAL_ENDINGS.replaceAll(' ', '|')}|[0-9]{1,2}))?(\\\\*["']?)[ \\t]{0,2}([:=])[ \\t]{0,4}(\\\\*["']?)`,
  'gi',
)
const LONGEST_NAME = 48

/** Values that a text assigns to names that hold secrets: query strings, forms, options, headers, settings. */
export function findAssignments(text: string): Span[] {
  const spans: Span[] = []
  for (const match of text.matchAll(ASSIGNMENT)) {
    const [all, nameQuote = '', sign = '', valueQuote = ''] = match
    const nameEnd = match.index + all.search(/\\*["']?[ \t]{0,2}[:=]/)
    const name = nameEndingAt(text, nameEnd)
    const verdict = judgeName(name)
    if (!verdict) continue
    const start = match.index + all.length
    const value = valueAt(text, start, valueQuote, verdict)
    const context = {
      sign,
      quoted: valueQuote !== '',
      nameQuoted: nameQuote !== '',
      before: text[nameEnd - name.length - 1] ?? '',
    }
    if (isAssigned(value, name, verdict, context) && !isCode(text, start + value.length)) {
      spans.push({ start, end: start + value.length, rule: verdict.rule })
    }
  }
  return spans
}

interface Context {
  readonly sign: string
  readonly quoted: boolean
  readonly nameQuoted: boolean
  /** What stands before the name: a `?`, an `&` or nothing make it a form. */
  readonly before: string
}

function nameEndingAt(text: string, end: number): string {
  const before = text.slice(Math.max(0, end - LONGEST_NAME), end)
  return /[A-Za-z][A-Za-z0-9_.-]*(?: [A-Za-z0-9_-]+){0,1}$/.exec(before)?.[0] ?? ''
}

function valueAt(text: string, start: number, quote: string, { shape }: NameVerdict): string {
  const rest = text.slice(start, start + 4096)
  if (quote !== '') {
    const end = rest.indexOf(quote)
    return end < 0 ? rest : rest.slice(0, end)
  }
  // A header's value may hold spaces and semicolons; it ends with its line.
  const whole = shape === 'cookie' || shape === 'authorization' || shape === 'phrase'
  const pattern = whole ? /^[^\r\n"'<>{}\\]+/ : /^[^\s"'&;,<>(){}[\]\\]+/
  return pattern.exec(rest)?.[0] ?? ''
}

function isAssigned(value: string, name: string, verdict: NameVerdict, context: Context): boolean {
  if (value === '' || isStandIn(value) || isLabelOf(value, name)) return false
  if (verdict.shape !== 'any') return couldBeSecret(value, verdict)
  const isForm = context.sign === '=' && /^[?&;-]?$/.test(context.before)
  if (isForm || (context.quoted && context.nameQuoted)) return couldBeSecret(value, verdict)
  return (
    isOpaque(value) || (value.length >= 6 && /[0-9]/.test(value) && !/^[\d.,:/+-]+$|\s/.test(value))
  )
}

/** `password=load(…)`, `password: fields[0]`, `password = user.password`. */
function isCode(text: string, end: number): boolean {
  return /^\s?[([{]/.test(text.slice(end, end + 2))
}
