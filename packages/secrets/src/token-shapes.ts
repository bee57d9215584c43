import { isBasic, isOpaque, isStandIn } from './field-values.ts'
import type { SecretRule, Span } from './rules.ts'

interface TokenShape {
  readonly rule: SecretRule
  /** Its first group is the secret where it has one; else the whole match is. */
  readonly pattern: RegExp
  readonly confirm?: (secret: string) => boolean
}

/** No letter or digit before a token, but for the end of an escape in JSON text or in a URL. */
const HEAD = '(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt]|%[0-9A-Fa-f]{2}))'
const TAIL = '(?![A-Za-z0-9])'

/** Published prefixes and lengths; a prefix followed by words or by a mask is documentation. */
const SHAPES: readonly TokenShape[] = [
  { rule: 'private_key_pem', pattern: pem(), confirm: hasKeyMaterial },
  {
    rule: 'jwt',
    // A hyphen before it would make every part of a long text of hyphens a beginning.
    pattern: shape(
      '(?<![\\w-])eyJ(?:[\\w-]{8,}\\.eyJ[\\w-]{2,}\\.[\\w-]*|[\\w-]{10,}\\.[\\w-]*(?:\\.[\\w-]{2,}){3})',
    ),
  },
  {
    rule: 'aws_access_key',
    pattern: shape(`(?:AKIA|ASIA)[A-Z0-9]{16}${TAIL}`),
    confirm: isNoExample,
  },
  {
    rule: 'github_token',
    pattern: shape('(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\\w{22,})'),
    confirm: isVaried,
  },
  {
    rule: 'gitlab_token',
    pattern: shape('gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[\\w.-]{20,}'),
    confirm: isVaried,
  },
  { rule: 'slack_token', pattern: shape('(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}'), confirm: isVaried },
  {
    rule: 'stripe_key',
    pattern: shape('(?:[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,})'),
    confirm: isVaried,
  },
  { rule: 'google_api_key', pattern: shape('AIza[\\w-]{35}(?![\\w-])'), confirm: isVaried },
  { rule: 'npm_token', pattern: shape(`npm_[A-Za-z0-9]{36}${TAIL}`), confirm: isVaried },
  { rule: 'anthropic_key', pattern: shape('sk-ant-[\\w-]{20,}'), confirm: isVaried },
  {
    rule: 'openai_key',
    pattern: shape('sk-(?!ant-)(?:(?:proj|svcacct|admin|None)-)?[\\w-]{20,}'),
    confirm: isVaried,
  },
  { rule: 'sendgrid_key', pattern: shape('SG\\.[\\w-]{16,32}\\.[\\w-]{32,64}'), confirm: isVaried },
  { rule: 'twilio_key', pattern: shape(`SK[0-9a-f]{32}${TAIL}`), confirm: isVaried },
  {
    rule: 'bearer_credentials',
    pattern: new RegExp(`${HEAD}bearer[ \\t]{1,4}([\\w.~+/-]{16,}=*)`, 'gi'),
    confirm: isOpaque,
  },
  {
    rule: 'basic_credentials',
    pattern: new RegExp(`${HEAD}basic[ \\t]{1,4}([\\w+/-]{8,}={0,2})`, 'gi'),
    confirm: isBasic,
  },
  {
    rule: 'url_credentials',
    pattern: /:(?:\\?\/){2}([^\s/\\?#@:"'<>[\]]*:[^\s/\\?#@"'<>[\]]+)@/g,
    confirm: hasRealPassword,
  },
]

/**
 * Says no to nearly every text in one pass: each branch begins with a character that is rare in prose and in JSON and
 * looks back from there. A superset of {@link SHAPES}.
 */
const HINT = new RegExp(
  [
    '_(?<=gh[pousr]_|github_pat_|[rs]k_(?:live|test)_|whsec_|npm_)[\\w+/]{16}',
    `-(?<=${HEAD}(?:gl[a-z]{2,5}|xox[a-z]|xapp|sk)-)[\\w.-]{10}`,
    '-(?<=-----)BEGIN',
    '\\.(?<=SG\\.)[\\w-]{16}',
    'J(?<=eyJ)[\\w-]{8}',
    'I(?:(?<=A[KS]I)A[A-Z0-9]{16}|(?<=AI)za[\\w-]{35})',
    'K(?<=SK)[0-9a-f]{32}',
    '@(?<=:\\\\?/\\\\?/[^\\s/\\\\?#@"\'<>]{2,512}@)',
    '[Bb](?:earer|EARER)[ \\t]{1,4}[\\w.~+/-]{16}',
    '[Bb](?:asic|ASIC)[ \\t]{1,4}[a-z_+/-]*[A-Z0-9]',
  ].join('|'),
)

/** Whether the text may hold a token; a yes is for {@link findTokens} to confirm. */
export function mayHoldToken(text: string): boolean {
  return HINT.test(text)
}

/** Every token in the text, in no order. */
export function findTokens(text: string): Span[] {
  const spans: Span[] = []
  for (const { rule, pattern, confirm } of SHAPES) {
    for (const match of text.matchAll(pattern)) {
      const secret = match[1] ?? match[0]
      if (confirm && !confirm(secret)) continue
      const start = match.index + match[0].lastIndexOf(secret)
      spans.push({ start, end: start + secret.length, rule })
    }
  }
  return spans
}

function shape(source: string): RegExp {
  return new RegExp(`${HEAD}(?:${source})`, 'g')
}

/** RFC 7468 with any label; a block that is cut off reaches to the end of its base64. */
function pem(): RegExp {
  return /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[\s\S]){0,16384}(?:-----END [A-Z0-9 ]{1,60}-----)?/g
}

/** A line of base64, which a constant or an example has not. */
function hasKeyMaterial(block: string): boolean {
  return /[A-Za-z0-9+/]{24}/.test(block)
}

const WORD = /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)?[0-9]{0,4}$/

/** Neither a mask nor the key of the vendor's own documentation. */
function isNoExample(token: string): boolean {
  return !token.endsWith('EXAMPLE') && new Set(token).size >= 8
}

/** Neither a mask nor words: `ghp_xxxxxxxx…`, `sk-learn-contrib-…`. */
function isVaried(token: string): boolean {
  return new Set(token).size >= 10 && !token.split(/[-_.]/).every((part) => WORD.test(part))
}

function hasRealPassword(userAndPassword: string): boolean {
  const password = userAndPassword.slice(userAndPassword.indexOf(':') + 1)
  return password.length >= 4 && !isStandIn(decoded(password)) && !/^pass$/i.test(password)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
