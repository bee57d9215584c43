import { BIP39_ENGLISH } from './bip39-english.ts'

/** The fewest words of a recovery phrase. */
export const PHRASE_WORDS = 12
const SHORTEST_WORD = 3
const LONGEST_WORD = 8
/** What may stand between two words of a phrase: spaces, list marks, quotes and numbers, but no letters. */
export const MAX_GAP = 24
/** Twelve words of three letters with one sign between them: every phrase reaches over a multiple of this. */
const STRIDE = PHRASE_WORDS * SHORTEST_WORD + PHRASE_WORDS - 1
const BACKSLASH = 0x5c

const TABLE_SIZE = 1 << 16
const TABLE: Uint8Array = new Uint8Array(TABLE_SIZE)
for (const word of BIP39_ENGLISH) TABLE[hashOf(word, 0, word.length) & (TABLE_SIZE - 1)] = 1

/**
 * Whether the text may hold a recovery phrase: somewhere twelve words in a row look like words of the list. Reads one
 * word in 47 characters, and its neighbours only where it looks like one.
 */
export function mayHoldPhrase(text: string): boolean {
  for (let at = STRIDE - 1; at < text.length; at += STRIDE) {
    const end = wordEnd(text, at)
    const before = countBack(text, end)
    if (before > 0 && before + countOn(text, end, PHRASE_WORDS - before) >= PHRASE_WORDS)
      return true
  }
  return false
}

/** Whether a text may be one word of the list. */
export function isListedWord(text: string): boolean {
  return isListed(text, 0, text.length)
}

/** How many words of the list stand before `end`, the nearest included; at most twelve. */
function countBack(text: string, end: number): number {
  let at = end
  for (let words = 0; words < PHRASE_WORDS; words += 1) {
    at = gapBegin(text, at)
    const start = wordBegin(text, at)
    if (!isListed(text, start, at)) return words
    at = start
  }
  return PHRASE_WORDS
}

/** How many words of the list stand after `start`; at most `most`. */
function countOn(text: string, start: number, most: number): number {
  let at = start
  for (let words = 0; words < most; words += 1) {
    at = gapEnd(text, at)
    const end = wordEnd(text, at)
    if (!isListed(text, at, end)) return words
    at = end
  }
  return most
}

function isListed(text: string, start: number, end: number): boolean {
  const length = end - start
  if (length < SHORTEST_WORD || length > LONGEST_WORD) return false
  return TABLE[hashOf(text, start, end) & (TABLE_SIZE - 1)] === 1
}

/** Back over what may stand between words; a letter behind a backslash is an escape of JSON text, as in `\nabandon`. */
function gapBegin(text: string, end: number): number {
  let at = end
  while (at > 0 && end - at < MAX_GAP) {
    if (!isLetter(text.charCodeAt(at - 1))) at -= 1
    else if (text.charCodeAt(at - 2) === BACKSLASH) at -= 2
    else break
  }
  return at
}

function gapEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && at - start < MAX_GAP) {
    if (isLetter(text.charCodeAt(at)) && text.charCodeAt(at - 1) !== BACKSLASH) break
    at += 1
  }
  return at
}

/** Words of more than eight letters are cut off: they are not in the list. */
function wordBegin(text: string, end: number): number {
  let start = end
  while (end - start <= LONGEST_WORD + 1 && isLetter(text.charCodeAt(start - 1))) start -= 1
  return text.charCodeAt(start - 1) === BACKSLASH ? start + 1 : start
}

function wordEnd(text: string, start: number): number {
  let end = start
  while (end - start <= LONGEST_WORD && isLetter(text.charCodeAt(end))) end += 1
  return end
}

/** `charCodeAt` past an end is NaN, which is no letter. */
function isLetter(code: number): boolean {
  const lower = code | 32
  return lower >= 97 && lower <= 122
}

/** A number for the lowercase form of a word of ASCII letters; words that share one are told apart elsewhere. */
function hashOf(text: string, start: number, end: number): number {
  let hash = end - start
  for (let at = start; at < end; at += 1)
    hash = (Math.imul(hash, 31) + (text.charCodeAt(at) | 32)) | 0
  return hash
}
