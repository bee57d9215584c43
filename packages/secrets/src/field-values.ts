import type { NameVerdict, ValueShape } from './member-names.ts'
import { judgeName } from './member-names.ts'
import { masked } from './rules.ts'

const NOTHING = new Set(
  (
    'true false yes no on off null none nil undefined void n/a na unset empty default required optional enabled ' +
    'disabled string number boolean bool text varchar char object any unknown bytes integer int uuid hidden masked ' +
    'redacted removed filtered secret token basic bearer password passwort contraseña senha wachtwoord parola hasło ' +
    'heslo пароль 密码 パスワード kennwort changeme example sample placeholder include omit same-origin inherit ' +
    'uint8array arraybuffer buffer keyobject cryptokey securestring'
  ).split(' '),
)

/** Words of sentences, none of them in the list of recovery words; German, French and Spanish ones as well. */
const PROSE = new RegExp(
  `(?:^|[^\\p{L}'’])(?:${[
    "a an the of to be is are was has in on or and not at by for from your my it as too please can't cannot should",
    'may invalid required missing incorrect wrong enter short characters der die das und ist nicht zu ihr de la el',
    'le les des un une pour votre mot su es',
  ]
    .join(' ')
    .replaceAll(' ', '|')})(?=$|[^\\p{L}'’])`,
  'iu',
)

const ENOUGH_PROSE = 512

/** Handles, redactions, masks, templates, references and type names: what stands where a secret would. */
const STAND_INS = [
  /^\[.*\]$/s,
  /^<.*>$/s,
  /^\{.*\}$/s,
  /^\(.*\)$/s,
  /^\$\{|^\$\(|^\{\{|^\$[A-Za-z_.]+$|^%[A-Za-z_]*%?$|^:[a-z_]+$/i,
  /^(.)\1*$/su,
  /\*{3}|•{3}|…/u,
  /^[*•●xX.#_?…-]+$/,
  /^(?:process\.env|import\.meta|os\.environ|secrets|env|vars)\./,
  /^(?:env|file|vault|op|ssm|arn|keychain|secretref|ref):/i,
  /^(?:your|my|enter|insert|example|sample|dummy|fake)(?:[-_ .].*)?(?:key|token|secret|password|here)$/i,
  /^(?:string|number|boolean|bytes|text)[?!]?(?: ?\| ?\w+| ?\[\]| or \w+)*$/i,
]

const NAME = /^[A-Za-z_][A-Za-z_. -]*$|^[a-z_]\w*(?:\.\w+)+$/i
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const NUMERIC = /^(?:[\d.,:+/TZ -]+|0x[0-9a-f]{1,16})$/i
/** Words as people spell them, each with an ordinal at most: `us`, `Private`, `RSAPrivateKey`, `userID`, `s3`. */
const SPELLED = /^(?:[A-Z]+|[a-z]*(?:[A-Z]{1,6}[a-z]{2,}|[A-Z]{2,6}$)*)[0-9]{0,4}$/
const ADDRESS =
  /^[a-z][a-z0-9+.-]*:\/\/|^\/(?:home|usr|var|etc|opt|tmp|run|mnt|srv|root|app|builds|work|Users)\/|^[A-Z]:\\|^~\//i

/** Whether a value under a name of this verdict could be a secret. */
export function couldBeSecret(value: string, { shape }: NameVerdict): boolean {
  const text = masked(value.trim())
  // Of several cookies one may be a handle and another not.
  if (shape === 'cookie') return hasCookie(text)
  return text !== '' && !isStandIn(text) && SHAPES[shape](text)
}

/** Whether a text stands for a secret without being one. */
export function isStandIn(text: string): boolean {
  if (text.length <= 40 && NOTHING.has(text.toLowerCase())) return true
  if (STAND_INS.some((standIn) => standIn.test(text))) return true
  // The name of a field, a variable or a type: DB_PASSWORD, clientSecret, "New password", ed25519.PrivateKey.
  return text.length <= 64 && NAME.test(text) && judgeName(text) !== undefined
}

const SHAPES: Readonly<Record<ValueShape, (text: string) => boolean>> = {
  any: (text) => !isProse(text),
  password: (text) => isOpaque(text) || isPasswordLike(text),
  token: (text) => UUID.test(text) || isOpaque(text),
  opaque: isOpaque,
  authorization: isAuthorization,
  cookie: hasCookie,
  phrase: (text) => text.split(/[\s,]+/u).length >= 12 && !isProse(text),
  hex: (text) =>
    /^(?:0x)?(?:[0-9a-f]{64}|[0-9a-f]{128})$/i.test(text) && !/^(?:0x)?0+$/i.test(text),
}

/** A name with a value that is no template. */
function hasCookie(text: string): boolean {
  return /(?:^|;\s?)[^\s=;,*]+=[^\s;*<${]/.test(text)
}

/** `hunter2`, and neither `user.password` nor `8-20characters`. */
function isPasswordLike(text: string): boolean {
  return /^\S{6,}$/.test(text) && /[A-Za-z]\S*[0-9]|[0-9]\S*[A-Za-z]\S*[0-9]/.test(text)
}

function isProse(text: string): boolean {
  const start = text.slice(0, ENOUGH_PROSE)
  return /\s/.test(start) && PROSE.test(start)
}

/** Made by a machine: 8 ASCII characters or more, and neither words, a number, a UUID nor an address. */
export function isOpaque(text: string): boolean {
  const joined = text.replace(/[\r\n]+/g, '')
  if (!/^[!-~]{8,}$/.test(joined)) return false
  if (NUMERIC.test(joined) || UUID.test(joined) || ADDRESS.test(joined)) return false
  return !isWordy(joined)
}

/** Nothing but words and small numbers: `us-east-1`, `alias/aws-s3-key`, `core.RSAPrivateKey`. */
export function isWordy(text: string): boolean {
  return text.split(/[-_./:$!@]+/).every((word) => SPELLED.test(word))
}

function isAuthorization(text: string): boolean {
  const space = text.indexOf(' ')
  if (space < 0) return isOpaque(text)
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(text.slice(0, space))) return false
  const credentials = text.slice(space + 1).trim()
  return (
    !isStandIn(credentials) &&
    (isOpaque(credentials) || hasParameters(credentials) || isBasic(credentials))
  )
}

function hasParameters(credentials: string): boolean {
  return /^[A-Za-z]+="?[^\s",*]/.test(credentials)
}

/** Base64 of printable `user:password` (RFC 7617). */
export function isBasic(credentials: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{6,}={0,2}$/.test(credentials)) return false
  const decoded = Buffer.from(credentials, 'base64').toString('utf8')
  return /^[^\p{C}:]*:[^\p{C}]+$/u.test(decoded) && !decoded.includes('\ufffd')
}
