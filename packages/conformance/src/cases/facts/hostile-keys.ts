import type { FactKey } from '@mfm/core-types'
import type { Chance } from '../support/samples.ts'
import { someInteger, someOf, upTo } from '../support/samples.ts'

/** What some backend, protocol, script or encoding takes for something else than a key. */
export const HOSTILE_KEYS: readonly FactKey[] = [
  '',
  ' ',
  'a\r\nb',
  '\r\n*1\r\n$8\r\nFLUSHALL\r\n',
  '\u0000',
  '\u0000\u0000',
  '\u2028',
  '{tag}',
  '{',
  '}',
  '{}',
  '*',
  '?',
  '[a-z]',
  '\\*',
  'a:b:c',
  ':',
  '../../x',
  '%2e%2e%2f',
  "'; DROP TABLE log; --",
  '$1',
  '%s%n',
  '"}) end redis.call("FLUSHALL") --',
  'return redis.call(KEYS[1])',
  '__proto__',
  'constructor',
  'toString',
  '\u00e9',
  'e\u0301',
  '\u{1f600}',
  '\u202egnp',
  'K',
  'k',
  'k ',
  'k\u0000',
  'x'.repeat(65_536),
  `${'x'.repeat(65_535)}y`,
]

const ALPHABET = [':', '{', '}', '|', '/', '\\', '%', '\u0000', '\n', ' ', '"', 'a', 'A', '0', 'é']

/** A short text of separators and little else. */
export function someHostileKey(chance: Chance): FactKey {
  return upTo(someInteger(chance, 0, 6))
    .map(() => someOf(chance, ALPHABET))
    .join('')
}
