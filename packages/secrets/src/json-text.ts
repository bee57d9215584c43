import type { JsonValue } from '@mfm/core-types'

/** What is written instead of the strings of a JSON text. */
export interface JsonReplacements {
  readonly names: Map<string, string>
  readonly values: Map<string, string>
}

const [SPACE, BRACE, BRACKET] = [0x20, 0x7b, 0x5b]

/** Whether a text begins as an object or an array does. */
export function mayBeDocument(text: string): boolean {
  const first = text.charCodeAt(0)
  return first === BRACE || first === BRACKET || (first <= SPACE && /^\s+[[{]/.test(text))
}

/** The object or array that a text is, `undefined` for any other text. */
export function parseDocument(text: string): JsonValue | undefined {
  if (!mayBeDocument(text)) return
  try {
    return JSON.parse(text)
  } catch {
    return
  }
}

/**
 * Replaces strings of a JSON text, wherever they are equal to one that holds a secret. Numbers, spaces, order and
 * repeated members stay as they are written.
 */
export function replaceInJson(text: string, { names, values }: JsonReplacements): string {
  if (names.size === 0 && values.size === 0) return text
  let result = ''
  let kept = 0
  for (let start = text.indexOf('"'); start >= 0; ) {
    const end = endOfString(text, start)
    const token = text.slice(start, end)
    const from = /^\s*:/.test(text.slice(end, end + 64)) ? names : values
    // A cast because the text was parsed before: the token is a JSON string.
    const replacement = from.get(JSON.parse(token) as string)
    if (replacement !== undefined) {
      result += text.slice(kept, start) + JSON.stringify(replacement)
      kept = end
    }
    start = text.indexOf('"', end)
  }
  return result + text.slice(kept)
}

/** Past the quote that closes the string which opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}
