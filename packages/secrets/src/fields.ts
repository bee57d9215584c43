import type { JsonValue } from '@mfm/core-types'
import { isWordy } from './field-values.ts'
import type { NameVerdict } from './member-names.ts'
import { judgeName } from './member-names.ts'
import { isListedWord, PHRASE_WORDS } from './phrase-screen.ts'
import { findRecoveryPhrases } from './recovery-phrase.ts'

/** The name under which a string stands, if that name says something. */
export interface Field {
  readonly name: string
  readonly verdict: NameVerdict
}

/** The field that a name makes, if the name says something of its value. */
export function fieldOf(name: string | undefined): Field | undefined {
  const verdict = name === undefined ? undefined : judgeName(name)
  return name !== undefined && verdict ? { name, verdict } : undefined
}

/** Lists hold names and messages as well as secrets, so a password in one has to look like one. */
export function listed({ name, verdict }: Field): Field {
  return { name, verdict: verdict.shape === 'any' ? { ...verdict, shape: 'password' } : verdict }
}

/** `["authorization", "…"]` in lists of pairs and of headers, `["--password", "…"]` in arguments. */
export function fieldAfter(
  before: JsonValue | undefined,
  item: JsonValue,
  isSecond: boolean,
): Field | undefined {
  if (typeof before !== 'string') return
  if (isOption(before)) return isOption(item) ? undefined : fieldOf(before)
  const field = isSecond ? fieldOf(before) : undefined
  return field && listed(field)
}

function isOption(item: JsonValue): boolean {
  return typeof item === 'string' && item.startsWith('-') && isWordy(item)
}

/** The name beside a value: `{ "name": "Authorization", "value": "…" }`. */
export function labelOf(object: { readonly [name: string]: JsonValue }): string {
  const label = ['name', 'key', 'header'].find((name) => Object.hasOwn(object, name))
  const text = label === undefined ? undefined : object[label]
  return typeof text === 'string' ? text : 'value'
}

/** The words of a recovery phrase that is a list of single words. */
export function phraseOf(items: readonly JsonValue[]): string | undefined {
  if (!mayBePhrase(items)) return
  const text = items.join(' ')
  return findRecoveryPhrases(text).length > 0 ? text : undefined
}

/** Single words of the list, which make a phrase when they are joined. */
export function mayBePhrase(items: readonly JsonValue[]): boolean {
  return (
    items.length >= PHRASE_WORDS &&
    items.every((item) => typeof item === 'string' && isListedWord(item))
  )
}
