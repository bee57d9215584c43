import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BIP39_ENGLISH } from './bip39-english.ts'
import { mayHoldPhrase } from './phrase-screen.ts'
import { findRecoveryPhrases } from './recovery-phrase.ts'

/** The phrase of an entropy as BIP-39 makes it, written down a second time. */
function phraseOf(entropy: Uint8Array): string[] {
  const digest = createHash('sha256').update(entropy).digest()
  const bits = [...entropy, ...digest].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const count = (entropy.length * 3) / 4
  return Array.from({ length: count }, (_, at) => {
    return BIP39_ENGLISH[Number.parseInt(bits.slice(at * 11, at * 11 + 11), 2)] ?? ''
  })
}

const ABANDON = 'abandon '.repeat(11)
const entropies = fc
  .constantFrom(16, 20, 24, 28, 32)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))

describe('recovery phrases', () => {
  it('know the word list of BIP-39', () => {
    const text = `${BIP39_ENGLISH.join('\n')}\n`
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda',
    )
  })

  // From the test vectors of BIP-39, in which the first word of the list has the index 0.
  it.each([`${ABANDON}about`, `${'abandon '.repeat(23)}art`, `${'zoo '.repeat(11)}wrong`])(
    'of the standard are found: %s',
    (phrase) => {
      expect(findRecoveryPhrases(phrase)).toEqual([
        { start: 0, end: phrase.length, rule: 'recovery_phrase' },
      ])
    },
  )

  it.each([`${ABANDON}ability`, `${ABANDON}abandon`, `${'zoo '.repeat(11)}zoo`, ABANDON])(
    'without a valid checksum are none: %s',
    (phrase) => {
      expect(findRecoveryPhrases(phrase)).toEqual([])
    },
  )

  it('of every length are found within prose, and the screen loses none', () => {
    fc.assert(
      fc.property(
        entropies,
        fc.constantFrom(' ', ', ', '\n', '\\n', '","', ' 7. '),
        (entropy, gap) => {
          const phrase = phraseOf(entropy).join(gap)
          const text = `It is the ${phrase} of it`
          fc.pre(new Set(phraseOf(entropy)).size > 1)
          expect(mayHoldPhrase(text)).toBe(true)
          expect(findRecoveryPhrases(text)).toContainEqual(
            expect.objectContaining({ rule: 'recovery_phrase' }),
          )
        },
      ),
    )
  })

  it('are cut out whole when one follows another', () => {
    const [one, two] = [16, 32].map((length) => phraseOf(Buffer.alloc(length, length)).join(' '))
    const text = `${one} ${two}`
    const spans = findRecoveryPhrases(text)
    const kept = spans.reduceRight(
      (rest, { start, end }) => rest.slice(0, start) + rest.slice(end),
      text,
    )
    expect(kept.trim()).toBe('')
  })

  it('are not seen in the word list itself, in identifiers or in scattered words', () => {
    expect(findRecoveryPhrases(BIP39_ENGLISH.join(' '))).toEqual([])
    expect(findRecoveryPhrases(`${ABANDON}about`.replaceAll(' ', '1 '))).toEqual([])
    expect(findRecoveryPhrases(`${'abandon = abandon | '.repeat(6)}about`)).toEqual([])
    expect(findRecoveryPhrases(`${ABANDON}${' '.repeat(40)}about`)).toEqual([])
  })
})
