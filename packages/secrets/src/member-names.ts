import type { SecretRule } from './rules.ts'

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
function wordsOf(name: string): string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase())
}

/** This many letters at the end of a name tell nearly all ordinary names from telling ones. */
const ENDING_LETTERS = 6

/**
 * A regular expression for what telling names end with, to be used in a lookbehind. It may be followed by an ordinal
 * and says yes to a few ordinary names as well.
 */
export const NAME_ENDING: string = `(?:${endingsOf([...LAST_WORDS, ...NEUTRAL], ENDING_LETTERS)})(?:[_-]?[0-9]{1,2})?`

/** Read from the last letter, so that most names are done with after one or two. */
function endingsOf(words: readonly string[], letters: number): string {
  const byLast = Map.groupBy(words, (word) => word.slice(-1))
  return [...byLast]
    .map(([last, group]) => {
      const rests = group.map((word) => word.slice(0, -1))
      return letters === 1 || rests.includes('')
        ? last
        : `(?:${endingsOf(rests, letters - 1)})${last}`
    })
    .join('|')
}

const ENDS_TELLING = new RegExp(`(?<=${NAME_ENDING})`, 'iy')

/** Whether the text up to `end` may end with a telling name; a yes is for {@link judgeName} to confirm. */
export function endsTelling(text: string, end: number): boolean {
  ENDS_TELLING.lastIndex = end
  return ENDS_TELLING.test(text)
}
