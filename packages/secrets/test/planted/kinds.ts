import { createHash } from 'node:crypto'
import { BIP39_ENGLISH } from '../../src/bip39-english.ts'
import type { SecretRule } from '../../src/rules.ts'
import type { Random } from './random.ts'
import { BASE62, BASE64URL, DIGITS, HEX, LOWER } from './random.ts'

/** A secret with the rule that must find it wherever it stands. They are drawn, so no file holds one. */
export interface Kind {
  readonly rule: SecretRule
  draw(random: Random): string
}

export interface NamedKind extends Kind {
  readonly names: readonly string[]
  /** Whether it has no spaces, so that it can stand where a space would end it. */
  readonly isWord: boolean
}

const of = (rule: SecretRule, draw: (random: Random) => string): Kind => ({ rule, draw })
const BASE32 = `${LOWER.toUpperCase()}234567`

/** Kinds that are found by their own shape. */
export const SHAPED: readonly Kind[] = [
  of('aws_access_key', (r) => `${r.pick(['AKIA', 'ASIA'])}${r.text(16, BASE32)}`),
  of('github_token', (r) => `gh${r.pick([...'pousr'])}_${r.text(36, BASE62)}`),
  of('github_token', (r) => `github_pat_${r.text(22, BASE62)}_${r.text(59, BASE62)}`),
  of('gitlab_token', (r) => `glpat-${r.text(20, BASE64URL)}`),
  of('slack_token', (r) => `xox${r.pick([...'bpas'])}-${r.text(12, DIGITS)}-${r.text(24, BASE62)}`),
  of(
    'stripe_key',
    (r) => `${r.pick(['sk', 'rk'])}_${r.pick(['live', 'test'])}_${r.text(24, BASE62)}`,
  ),
  of('google_api_key', (r) => `AIza${r.text(35, BASE64URL)}`),
  of('npm_token', (r) => `npm_${r.text(36, BASE62)}`),
  of('openai_key', (r) => `sk-${r.pick(['', 'proj-', 'svcacct-'])}${r.text(48, BASE62)}`),
  of('anthropic_key', (r) => `sk-ant-api03-${r.text(80, BASE62)}`),
  of('sendgrid_key', (r) => `SG.${r.text(22, BASE64URL)}.${r.text(43, BASE64URL)}`),
  of('twilio_key', (r) => `SK${r.text(32, HEX)}`),
  of('jwt', jwt),
  of('private_key_pem', pem),
  of('url_credentials', url),
  of(
    'bearer_credentials',
    (r) => `${r.pick(['Bearer', 'bearer'])} ${r.text(32, `${BASE64URL}.~`)}`,
  ),
  of('basic_credentials', (r) => `Basic ${base64(`${r.text(5, LOWER)}:${r.text(12, BASE62)}`)}`),
  of('recovery_phrase', phrase),
  of('recovery_phrase', numberedPhrase),
]

/** Kinds that are secrets because of the name they stand under. */
export const NAMED: readonly NamedKind[] = [
  {
    ...of('password', password),
    names: ['password', 'db_password', 'userPassword', 'SMTP-PASSWD', 'passphrase', 'newPassword2'],
    isWord: true,
  },
  {
    ...of('secret_key', (r) => r.text(40, `${BASE62}+/`)),
    names: ['secretKey', 'aws_secret_access_key', 'client-secret', 'privateKey', 'WEBHOOK_SECRET'],
    isWord: true,
  },
  {
    ...of('api_key', (r) => r.text(32, HEX)),
    names: ['apiKey', 'X-API-Key', 'api_key', 'GEMINI_API_KEY', 'apikey', 'APIKeys'],
    isWord: true,
  },
  {
    ...of('access_token', (r) => r.text(40, BASE64URL)),
    names: ['accessToken', 'refresh_token', 'ID-Token', 'x-vault-token', 'X-Amz-Security-Token'],
    isWord: true,
  },
  {
    ...of(
      'authorization',
      (r) => `${r.pick(['token ', 'ApiKey ', 'DPoP ', ''])}${r.text(36, BASE62)}`,
    ),
    names: ['authorization', 'Proxy-Authorization'],
    isWord: false,
  },
  {
    ...of('cookie', (r) => `sid=${r.text(24, BASE62)}; Path=/; HttpOnly`),
    names: ['cookie', 'Set-Cookie'],
    isWord: false,
  },
]

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function jwt(random: Random): string {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, { sub: random.text(12, DIGITS) }]
  return [...parts.map(base64url), random.text(43, BASE64URL)].join('.')
}

function url(random: Random): string {
  const scheme = random.pick(['https', 'postgres', 'amqps'])
  return `${scheme}://${random.text(6, LOWER)}:${random.text(14, BASE62)}@db.example.com:5432/main`
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function password(random: Random): string {
  return (
    random.text(6, LOWER) +
    random.text(2, DIGITS) +
    random.text(1 + random.below(8), `${BASE62}!@#%^*-_+~`)
  )
}

function pem(random: Random): string {
  const label = `${random.pick(['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED '])}${'PRIVATE'} KEY`
  const lines =
    random
      .bytes(48 * (2 + random.below(8)))
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

function words(random: Random): string[] {
  const entropy = random.bytes(random.pick([16, 20, 24, 28, 32]))
  const checksum = createHash('sha256').update(entropy).digest()
  const bits = [...entropy, ...checksum].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const count = (entropy.length * 8 + entropy.length / 4) / 11
  return Array.from(
    { length: count },
    (_, at) => BIP39_ENGLISH[Number.parseInt(bits.slice(at * 11, at * 11 + 11), 2)] ?? '',
  )
}

function phrase(random: Random): string {
  const spell = random.pick<(word: string) => string>([
    (word) => word,
    (word) => word.toUpperCase(),
    (word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`,
  ])
  return words(random)
    .map(spell)
    .join(random.pick([' ', '  ', ', ', ',', '\n', '\t', ' - ']))
}

function numberedPhrase(random: Random): string {
  const style = random.pick<(word: string, at: number) => string>([
    (word, at) => `${at + 1}. ${word}`,
    (word, at) => `${at + 1}) ${word},`,
    (word, at) => `${at + 1}: ${word}`,
  ])
  return words(random)
    .map(style)
    .join(random.pick([' ', '\n']))
}
