import type { SecretRule } from './rules.ts'
import { hashOf, isLetter, wordStart } from './word-hash.ts'

/**
 * What a value under a name must look like to be a secret: `any` text that is no placeholder and no prose, a `password`
 * with a digit in it, a `token`
 * made by a machine, an `opaque` token that is no UUID either, the value of an `authorization` header, a `cookie`
 * pair, a `phrase` of twelve words or more, or `hex` digits of a key.
 */
export type ValueShape =
  | 'any'
  | 'password'
  | 'token'
  | 'opaque'
  | 'authorization'
  | 'cookie'
  | 'phrase'
  | 'hex'

export interface NameVerdict {
  readonly rule: SecretRule
  readonly shape: ValueShape
}

/** Phrases of whole words that end a name; a hyphen is where two words may also be written as one. */
const PHRASES: readonly (readonly [SecretRule, ValueShape, string])[] = [
  ['password', 'any', 'password passwd pass-word pass-phrase pass-code'],
  ['password', 'opaque', 'pass pwd passwort credential'],
  [
    'secret_key',
    'token',
    'private-key priv-key secret-key secret-access-key secret-key-base secret',
  ],
  ['secret_key', 'opaque', 'encryption-key master-key signing-key account-key shared-access-key'],
  ['api_key', 'token', 'api-key'],
  ['api_key', 'opaque', 'access-key subscription-key functions-key'],
  [
    'access_token',
    'token',
    'access-token refresh-token id-token auth-token api-token bearer-token',
  ],
  ['access_token', 'token', 'session-token security-token oauth-token bot-token private-token'],
  ['access_token', 'opaque', 'jwt csrf-token xsrf-token login-token deploy-token reset-token'],
  ['authorization', 'authorization', 'authorization'],
  ['cookie', 'cookie', 'cookie'],
  ['recovery_phrase', 'phrase', 'mnemonic recovery-phrase seed-phrase backup-phrase seed-word'],
  ['private_key_hex', 'hex', 'wallet-key deployer-key signer-key owner-key spend-key signer'],
  ['private_key_hex', 'hex', 'sk priv seed entropy master-seed'],
]

/** Words after the phrase that leave the value what it was: `password_confirmation`, `private_key_pem`. */
const NEUTRAL: ReadonlySet<string> = new Set(
  (
    'value text plain plaintext raw string str data base b hex pem der bytes confirm confirmation repeat again old ' +
    'new current header'
  ).split(' '),
)

/** Words before the phrase that make the value a label, a link or a public thing. */
const DISARMING: ReadonlySet<string> = new Set(
  'public publishable forgot reset change show hide toggle wrong invalid missing'.split(' '),
)

const VERDICTS: ReadonlyMap<string, NameVerdict> = new Map(
  PHRASES.flatMap(([rule, shape, phrases]) =>
    phrases
      .split(' ')
      .flatMap((phrase) => [phrase.replaceAll('-', ' '), phrase.replaceAll('-', '')])
      .flatMap((phrase) => [phrase, `${phrase}s`])
      .map((phrase) => [phrase, { rule, shape }] as const),
  ),
)
/** The last words of all phrases. */
const LAST_WORDS: ReadonlySet<string> = new Set(
  [...VERDICTS.keys(), 'token'].map((phrase) => phrase.slice(phrase.lastIndexOf(' ') + 1)),
)
const LONGEST_PHRASE = 3
/** Digits and separators between two words of a name. */
const MAX_GAP = 3
/** A longer name is data. */
const MAX_NAME = 128

/** What a member name says of its value; `undefined` for an ordinary name. */
export function judgeName(name: string): NameVerdict | undefined {
  if (name.length > MAX_NAME || !endsTelling(name, name.length)) return
  const words = wordsOf(name)
  let end = words.length
  while (end > 1 && NEUTRAL.has(words[end - 1] ?? '')) end -= 1
  for (let start = Math.max(0, end - LONGEST_PHRASE); start < end; start += 1) {
    const verdict = VERDICTS.get(words.slice(start, end).join(' '))
    if (verdict) return DISARMING.has(words[start - 1] ?? '') ? undefined : verdict
  }
  // X-Auth-Token, X-Vault-Token and their kind; a bare `token` is as often a currency or a page.
  return end > 2 && words[0] === 'x' && words[end - 1] === 'token'
    ? { rule: 'access_token', shape: 'token' }
    : undefined
}

/** The lowercase words of `camelCase`, `snake_case`, `kebab-case` and `HTTPHeader2`; digits only part them. */
export function wordsOf(name: string): string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase())
}

/**
 * Whether the text up to `end` ends with a word that a telling name ends with. Says no to nearly every name at the
 * price of reading its last word; a yes is for {@link judgeName} to confirm.
 */
export function endsTelling(text: string, end: number): boolean {
  let wordEnd = end
  for (let words = 0; words < LONGEST_PHRASE; words += 1) {
    for (let gap = 0; gap < MAX_GAP && !isLetter(text.charCodeAt(wordEnd - 1)); gap += 1)
      wordEnd -= 1
    const start = wordStart(text, wordEnd)
    const hash = hashOf(text, start, wordEnd)
    if (TELLING_HASHES.has(hash)) return true
    if (!NEUTRAL_HASHES.has(hash)) return false
    wordEnd = start
  }
  return false
}

const TELLING_HASHES: ReadonlySet<number> = hashesOf(LAST_WORDS)
const NEUTRAL_HASHES: ReadonlySet<number> = hashesOf(NEUTRAL)

/** What the last word of a telling name ends with: alternatives of two letters each, for a regular expression. */
export const NAME_ENDINGS: string = endingsOf([...LAST_WORDS, ...NEUTRAL])

function endingsOf(words: readonly string[]): string {
  const lasts = new Set(words.map((word) => word.slice(-1)))
  return [...lasts]
    .map((last) => {
      const ending = words.filter((word) => word.endsWith(last))
      return `[${[...new Set(ending.map((word) => word.slice(-2, -1)))].join('')}]${last}`
    })
    .join('|')
}

function hashesOf(words: Iterable<string>): ReadonlySet<number> {
  return new Set([...words].map((word) => hashOf(word, 0, word.length)))
}
