import type { JsonValue } from '@mfm/core-types'
import type { Random } from './random.ts'

/** Puts a secret somewhere into a value that is otherwise ordinary. */
export type Place = (secret: string, random: Random) => JsonValue

const BEFORE = [
  'connect failed: ',
  '{"level":"info"} ',
  'GET /v1/items?id=7&x=',
  'value="',
  "'",
  '(',
  '[',
  'token: ',
  '',
  '\n',
  'é ',
  '=>',
  '/',
]
const AFTER = [
  '',
  ' was refused',
  '"',
  "'",
  ')',
  ']',
  ', retrying',
  '.',
  '\n',
  ' & more',
  ' ü',
  '|',
  '\\n',
]

/** For secrets that are found by their own shape. */
export const ANYWHERE: readonly Place[] = [
  (secret) => secret,
  (secret, random) => random.pick(BEFORE) + secret + random.pick(AFTER),
  (secret, random) =>
    nested({ note: `${random.pick(BEFORE)}${secret}${random.pick(AFTER)}` }, random),
  (secret, random) => nested(['a', secret, 'b'], random),
  (secret, random) => nested({ body: JSON.stringify(nested({ deep: [secret] }, random)) }, random),
  (secret, random) =>
    nested(
      { body: JSON.stringify({ inner: JSON.stringify({ text: `x\n${secret}` }) }, null, 2) },
      random,
    ),
  (secret, random) => nested({ [secret]: { ok: true } }, random),
  (secret, random) => ({ log: `${filler(random, 40)} ${secret} ${filler(random, 40)}` }),
  (secret, random) => ({ log: `${filler(random, 3)}\n${secret}\n${filler(random, 3)}` }),
]

/** For secrets that are found by the name they stand under. */
export const UNDER_NAME: readonly ((name: string, secret: string, random: Random) => JsonValue)[] =
  [
    (name, secret, random) => nested({ [name]: secret }, random),
    (name, secret, random) => nested({ [name]: [secret] }, random),
    (name, secret, random) =>
      nested(
        {
          headers: [
            ['accept', '*/*'],
            [name, secret],
          ],
        },
        random,
      ),
    (name, secret, random) => nested({ headers: ['accept', '*/*', name, secret] }, random),
    (name, secret, random) => nested({ parameters: [{ name, value: secret }] }, random),
    (name, secret, random) => nested({ body: JSON.stringify({ [name]: secret }) }, random),
    (name, secret, random) =>
      nested(
        { body: JSON.stringify(nested({ n: 1, pairs: [[name, secret]] }, random), null, 2) },
        random,
      ),
    (name, secret) => ({ body: JSON.stringify({ data: JSON.stringify({ [name]: secret }) }) }),
    (name, secret, random) => ({
      log: `${filler(random, 12)} ${JSON.stringify({ id: 7, [name]: secret })} ${filler(random, 5)}`,
    }),
    (name, secret) => ({ events: `data: ${JSON.stringify({ [name]: secret })}\n\ndata: [DONE]\n` }),
    (name, secret) => ({ dump: `HTTP/1.1 200 OK\r\n${name}: ${secret}\r\nDate: today\r\n\r\n` }),
    (name, secret) => ({ yaml: `server:\n  port: 80\n  ${name}: ${secret}\n` }),
  ]

/** For secrets without spaces, in texts where a blank would end them. */
export const IN_A_WORD: readonly ((name: string, secret: string, random: Random) => JsonValue)[] = [
  (name, secret) => `https://api.example.com/v1/items?${name}=${encodeURIComponent(secret)}&page=2`,
  (name, secret) => `grant_type=code&${name}=${encodeURIComponent(secret)}`,
  (name, secret, random) => ({ argv: ['tool', `--${name}=${secret}`, filler(random, 2)] }),
  (name, secret) => ({ argv: ['tool', `--${name}`, secret, '--verbose'] }),
  (name, secret) => ({ env: `PATH=/bin\n${name}=${secret}\nHOME=/root\n` }),
  (name, secret) => ({ dsn: `Server=db.example.com;User Id=app;${name}=${secret};Encrypt=true` }),
]

const WORDS =
  'the order was sent to a harbour in spring and its value is known by many people who read about it today'

function filler(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.pick(WORDS.split(' '))).join(' ')
}

function nested(value: JsonValue, random: Random): JsonValue {
  let result = value
  for (let depth = random.below(4); depth > 0; depth -= 1) {
    result = random.pick<(inner: JsonValue) => JsonValue>([
      (inner) => ({ id: random.below(1000), inner, done: false }),
      (inner) => [null, inner, filler(random, 6)],
      (inner) => ({ 'a/b~c': { '': inner } }),
    ])(result)
  }
  return result
}
