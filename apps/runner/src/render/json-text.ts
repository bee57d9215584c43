import { escapeUnit } from './printable.ts'

/** What `JSON.stringify` leaves as it is although a terminal may obey it; inside JSON these stand only in strings. */
const HARMFUL = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** `JSON.rawJSON` of Node 21 and newer, which the library types do not know yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown }

/** One JSON document as text; integers beyond 2^53 keep their digits. */
export function jsonText(value: unknown, indent = 0): string {
  const text = JSON.stringify(
    value,
    (_name, member: unknown) => (typeof member === 'bigint' ? rawJSON(member.toString()) : member),
    indent,
  )
  return (text ?? 'null').replace(HARMFUL, escapeUnit)
}
