import type { SecretRule } from './rules.ts'

/**
 * What a value under a name must look like to be a secret: `any` text that is no placeholder and no prose, a `token`
 * made by a machine, an `opaque` token that is no UUID either, the value of an `authorization` header, a `cookie`
 * pair, a `phrase` of twelve words or more, or `hex` digits of a key.
 */
export type ValueShape = 'any' | 'token' | 'opaque' | 'authorization' | 'cookie' | 'phrase' | 'hex'

export interface NameVerdict {
  readonly rule: SecretRule
  readonly shape: ValueShape
}

/** Phrases of whole words that end a name. A hyphen stands for nothing or for any separator. */
export const NAME_PHRASES: readonly (readonly [SecretRule, ValueShape, string])[] = [
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
  ['recovery_phrase', 'phrase', 'mnemonic recovery-phrase seed-phrase backup-phrase seed-words'],
  ['private_key_hex', 'hex', 'wallet-key deployer-key signer-key owner-key spend-key signer'],
  ['private_key_hex', 'hex', 'sk priv seed entropy master-seed'],
]

/** Words after the phrase that leave the value what it was: `password_confirmation`, `private_key_pem`. */
export const NEUTRAL_ENDINGS =
  'value text plain plaintext raw string str data base64 b64 hex pem der bytes confirm confirmation repeat again old new current header'

/** Words before the phrase that make the value a label, a link or a public thing. */
const DISARMING = 'public publishable forgot reset change show hide toggle wrong invalid missing'

const BY_PHRASE: ReadonlyMap<string, NameVerdict> = new Map(
  NAME_PHRASES.flatMap(([rule, shape, phrases]) =>
    phrases
      .split(' ')
      .flatMap((phrase) => [phrase.replaceAll('-', ' '), phrase.replaceAll('-', '')])
      .map((phrase) => [phrase, { rule, shape }] as const),
  ),
)
const NEUTRAL: ReadonlySet<string> = new Set(NEUTRAL_ENDINGS.split(' '))
const DISARMS: ReadonlySet<string> = new Set(DISARMING.split(' '))
const LONGEST_PHRASE = 3
/** A longer name is data. */
const MAX_NAME = 128

/** What a member name says of its value; `undefined` for an ordinary name. */
export function judgeName(name: string): NameVerdict | undefined {
  if (name.length > MAX_NAME) return
  const words = wordsOf(name)
  let end = words.length
  while (end > 1 && isNeutral(words[end - 1] ?? '')) end -= 1
  for (let start = Math.max(0, end - LONGEST_PHRASE); start < end; start += 1) {
    const phrase = words.slice(start, end).join(' ')
    const verdict = BY_PHRASE.get(phrase) ?? BY_PHRASE.get(phrase.replace(/s$/, ''))
    if (verdict) return DISARMS.has(words[start - 1] ?? '') ? undefined : verdict
  }
  // X-Auth-Token, X-Vault-Token and their kind; a bare `token` is as often a currency or a page.
  return words.length > 2 && words[0] === 'x' && words[end - 1] === 'token'
    ? { rule: 'access_token', shape: 'token' }
    : undefined
}

function isNeutral(word: string): boolean {
  return NEUTRAL.has(word) || /^[0-9]+$/.test(word)
}

/** The lowercase words of `camelCase`, `snake_case`, `kebab-case`, `HTTPHeader` and `password2`. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/([a-zA-Z])([0-9]+)$/, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}
