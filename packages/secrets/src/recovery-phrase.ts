import { hash } from 'node:crypto'
import { BIP39_ENGLISH } from './bip39-english.ts'
import { MAX_GAP, PHRASE_WORDS } from './phrase-screen.ts'
import type { Span } from './rules.ts'

const INDEX_OF: ReadonlyMap<string, number> = new Map(
  BIP39_ENGLISH.map((word, index) => [word, index]),
)
const BITS_PER_WORD = 11
/** Numbers of words that the standard knows, longest first. */
const LENGTHS = [24, 21, 18, 15, PHRASE_WORDS] as const

interface Word {
  readonly index: number
  /** What stands before it, numbers left out. */
  readonly gap: string
  readonly start: number
  readonly end: number
}

/** English recovery phrases of BIP-39 with a valid checksum, in any case, numbered or separated as people do. */
export function findRecoveryPhrases(text: string): Span[] {
  const spans: Span[] = []
  let run: Word[] = []
  // In JSON text a line break is a backslash and a letter, which is no part of the next word.
  for (const match of text.replace(/\\[A-Za-z]/g, '  ').matchAll(/[\p{L}\p{N}]+/gu)) {
    const word = match[0]
    // The numbers of a list stand between its words.
    if (/^\p{N}+$/u.test(word)) continue
    const start = match.index
    const index = word.length > 8 ? undefined : INDEX_OF.get(word.toLowerCase())
    const before = text.slice(run.at(-1)?.end ?? start, start)
    if (index === undefined || before.length > MAX_GAP) {
      collectPhrases(run, spans)
      run = []
    }
    const gap = before.replace(/[0-9]+/g, '').replace(/\s+/g, ' ')
    if (index !== undefined) run.push({ index, gap, start, end: start + word.length })
  }
  collectPhrases(run, spans)
  return spans
}

function collectPhrases(run: readonly Word[], spans: Span[]): void {
  if (run.length < PHRASE_WORDS) return
  let from = 0
  while (from + PHRASE_WORDS <= run.length) {
    const words = LENGTHS.filter((length) => from + length <= run.length)
      .map((length) => run.slice(from, from + length))
      .find((phrase) => !isRising(phrase) && hasValidChecksum(phrase) && isEvenlyParted(phrase))
    const first = words?.[0]
    const last = words?.at(-1)
    if (words && first && last) {
      spans.push({ start: first.start, end: last.end, rule: 'recovery_phrase' })
      from += words.length
    } else {
      from += 1
    }
  }
}

/** Words in strictly rising order are from a word list; a phrase is so once in 12! times. */
function isRising(words: readonly Word[]): boolean {
  return words.every((word, at) => at === 0 || word.index > (words[at - 1]?.index ?? 0))
}

/** Spaces, commas and list marks as they come; other signs, such as those of a JSON list, are all the same. */
function isEvenlyParted(words: readonly Word[]): boolean {
  const gaps = new Set(words.slice(1).map(({ gap }) => gap))
  return gaps.size === 1 || [...gaps].every((gap) => /^[ ,;.)]*$/.test(gap))
}

/** BIP-39: 11 bits a word; the last bits are the first of the SHA-256 of those before, one for each 32. */
function hasValidChecksum(words: readonly Word[]): boolean {
  const bytes = bytesOf(words)
  const checksumBits = words.length / 3
  const entropy = bytes.subarray(0, checksumBits * 4)
  const unused = 8 - checksumBits
  const digest = hash('sha256', entropy, 'buffer')
  return (digest[0] ?? 0) >> unused === (bytes[entropy.length] ?? 0) >> unused
}

function bytesOf(words: readonly Word[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((words.length * BITS_PER_WORD) / 8))
  let length = 0
  let pending = 0
  let bits = 0
  for (const { index } of words) {
    pending = (pending << BITS_PER_WORD) | index
    bits += BITS_PER_WORD
    while (bits >= 8) {
      bits -= 8
      bytes[length] = pending >> bits
      length += 1
    }
    pending &= (1 << bits) - 1
  }
  if (bits > 0) bytes[length] = pending << (8 - bits)
  return bytes
}
