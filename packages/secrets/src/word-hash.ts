/** `charCodeAt` past an end is NaN, which is no letter. */
export function isLetter(code: number): boolean {
  const lower = code | 32
  return lower >= 97 && lower <= 122
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90
}

/** No word of interest is longer. */
const MAX_WORD = 24

/** Where the word begins that ends at `end`, by the humps of camel case as well; `end` itself where there is none. */
export function wordStart(text: string, end: number): number {
  let start = end
  while (end - start < MAX_WORD && isLetter(text.charCodeAt(start - 1))) {
    start -= 1
    if (!isUpper(text.charCodeAt(start))) continue
    // A hump: `apiKey` after a small letter, `APIKey` before one.
    const humped = start + 1 < end && !isUpper(text.charCodeAt(start + 1))
    if (humped || !isUpper(text.charCodeAt(start - 1))) break
  }
  return start
}

/** A number for the lowercase form of a word of ASCII letters; words that share one are told apart elsewhere. */
export function hashOf(text: string, start: number, end: number): number {
  let hash = end - start
  for (let at = start; at < end; at += 1)
    hash = (Math.imul(hash, 31) + (text.charCodeAt(at) | 32)) | 0
  return hash
}
