import type { JsonValue } from '@mfm/core-types'
import fc from 'fast-check'

/** Names and strings that have gone wrong somewhere: quotes, controls, surrogate pairs, names of the prototype. */
const awkwardText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toJSON',
    'length',
    '0',
    '10',
    '9',
    '"',
    '\\',
    '\\"',
  ),
  fc.constantFrom('\u0000', '\n', '\u007f', '\u2028', '\ufb33', '\ud83d\ude00', '\uffff', 'a/b~c'),
)

export const finiteNumber: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.integer({ min: -2, max: 1100 }),
  fc.maxSafeInteger(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.constantFrom(-0, 0.1, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 2 ** 53, 2 ** 60, 2 ** 64),
)

export interface Scalars {
  readonly number?: fc.Arbitrary<JsonValue>
}

/** Any JSON value, deep enough to pass the depth from which cycles are looked for. */
export function jsonArbitrary({ number = finiteNumber }: Scalars = {}): fc.Arbitrary<JsonValue> {
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, depthSize: 'small' },
      awkwardText,
      number,
      fc.constantFrom(null, true, false),
      fc.array(tie('value'), { maxLength: 6 }),
      members(tie('value'), 6),
      members(tie('value'), 40),
      tie('value').map((inner) => wrap(inner, 20)),
    ),
  }))
  return value
}

function members(value: fc.Arbitrary<JsonValue>, maxLength: number): fc.Arbitrary<JsonValue> {
  return fc
    .uniqueArray(fc.tuple(awkwardText, value), { selector: ([name]) => name, maxLength })
    .map((entries) => Object.fromEntries(entries))
}

function wrap(value: JsonValue, levels: number): JsonValue {
  return levels === 0 ? value : wrap(levels % 2 === 0 ? [value] : { in: value }, levels - 1)
}

/** RFC 8785 in its plainest form, to compare with. */
export function plainCanonical(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(plainCanonical).join(',')}]`
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${plainCanonical(item)}`).join(',')}}`
}

/** The same value with the members of every object in reverse order. */
export function reordered(value: JsonValue): JsonValue {
  return withEntries(value, (entries) => entries.reverse())
}

/** The same value with the members of every object inserted by name. */
export function sorted(value: JsonValue): JsonValue {
  return withEntries(value, (entries) => entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}

type Entries = [string, JsonValue][]

function withEntries(value: JsonValue, change: (entries: Entries) => Entries): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withEntries(item, change))
  const entries = change(Object.entries(value))
  return Object.fromEntries(entries.map(([name, item]) => [name, withEntries(item, change)]))
}
