/** Control characters, and marks that change the direction of text: recorded text must not drive the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is what it is for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** Recorded or foreign text as one harmless line. */
export function printable(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, escapeUnit)
}

/** At most `length` characters; the cut is marked. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text)
  if (characters.length <= length) return text
  return `${characters.slice(0, Math.max(length - 1, 0)).join('')}…`
}

export function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
