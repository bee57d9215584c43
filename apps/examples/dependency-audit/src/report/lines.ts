/** Control characters, and marks that turn the direction of text: what a registry says must not drive the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is what it is for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g

/** Foreign text as one harmless line. */
export function printable(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, ' ')
}

/** At most `length` characters; the cut is marked. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text)
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}

/** Lines of at most `length` characters; all but the first are indented, and a word that fits no line is cut. */
export function wrap(text: string, length: number): string[] {
  const lines: string[] = []
  for (const part of text.split(' ')) {
    const word = shorten(part, length - 2)
    const last = lines.at(-1)
    if (last === undefined) lines.push(word)
    else if (last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`  ${word}`)
  }
  return lines
}
