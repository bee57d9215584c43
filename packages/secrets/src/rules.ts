import type { JsonPointer } from '@mfm/core-types'

/** The names of the rules: part of the contract, for exceptions and for readers of a report. */
export const SECRET_RULES = [
  'password',
  'secret_key',
  'api_key',
  'access_token',
  'authorization',
  'cookie',
  'recovery_phrase',
  'private_key_hex',
  'private_key_pem',
  'url_credentials',
  'bearer_credentials',
  'basic_credentials',
  'jwt',
  'aws_access_key',
  'github_token',
  'gitlab_token',
  'slack_token',
  'stripe_key',
  'google_api_key',
  'npm_token',
  'openai_key',
  'anthropic_key',
  'sendgrid_key',
  'twilio_key',
  'registered',
] as const

export type SecretRule = (typeof SECRET_RULES)[number]

/** Where something looks like a secret, and why. Holds no part of the value. */
export interface SecretHit {
  /** Of the string, or of the member whose name is the hit. A name that looks secret is cut out of it. */
  readonly pointer: JsonPointer
  readonly rule: SecretRule
  /** The name that a registered value was registered with. */
  readonly name?: string | undefined
}

/** A part of a text that looks like a secret, the end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly rule: SecretRule
  /** What is digested in place of the part; the part itself where absent. */
  readonly value?: string | undefined
  readonly name?: string | undefined
}

const MARKS = /\[(?:redacted|secret):[a-z0-9_:]{1,128}\]/g

/** The text with handles and redactions turned into masks of the same length, so that nobody finds a secret in one. */
export function masked(text: string): string {
  return text.includes('[') ? text.replace(MARKS, (mark) => '*'.repeat(mark.length)) : text
}

/** What is written instead of a span; `undefined` leaves it as it is. */
export type ReplacementOf = (span: Span, part: string) => string | undefined

/** The text with each span replaced; spans are in order and apart. */
export function replaceSpans(
  text: string,
  spans: readonly Span[],
  replacementOf: ReplacementOf,
): string {
  let result = ''
  let at = 0
  for (const span of spans) {
    const part = text.slice(span.start, span.end)
    result += text.slice(at, span.start) + (replacementOf(span, part) ?? part)
    at = span.end
  }
  return at === 0 ? text : result + text.slice(at)
}
