import type { JsonValue } from '@mfm/core-types'
import { BIP39_ENGLISH } from '../../src/bip39-english.ts'
import type { Random } from '../planted/random.ts'
import { BASE62, BASE64URL, DIGITS, HEX, LOWER } from '../planted/random.ts'

/** Ordinary documents full of things that look random, as real answers are. One line of JSON each. */
export function ordinaryDocument(random: Random): JsonValue {
  return random.pick(DOCUMENTS)(random)
}

const DOCUMENTS: readonly ((random: Random) => JsonValue)[] = [
  (r) => ({
    name: word(r),
    version: `${r.below(9)}.${r.below(30)}.${r.below(9)}`,
    dist: {
      integrity: `sha512-${r.bytes(64).toString('base64')}`,
      shasum: r.text(40, HEX),
      tarball: `https://registry.example.com/${word(r)}/-/${word(r)}-1.0.0.tgz`,
      signatures: [{ keyid: `SHA256:${r.text(43, BASE62)}`, sig: r.bytes(70).toString('base64') }],
    },
    gitHead: r.text(40, HEX),
  }),
  (r) => ({
    id: uuid(r),
    etag: `W/"${r.text(27, BASE62)}"`,
    requestId: `req_${r.text(24, BASE62)}`,
    traceparent: `00-${r.text(32, HEX)}-${r.text(16, HEX)}-01`,
    nextPageToken: r.text(40, BASE64URL),
    cursor: Buffer.from(`offset:${r.below(1000)}`).toString('base64'),
  }),
  (r) => ({ image: `data:image/png;base64,${r.bytes(300 + r.below(900)).toString('base64')}` }),
  (r) => ({ blob: r.bytes(500 + r.below(2000)).toString('base64url'), encoding: 'base64url' }),
  (r) => ({
    tokens: [
      {
        symbol: word(r).toUpperCase(),
        token: `0x${r.text(40, HEX)}`,
        liquid_token: `0x${r.text(40, HEX)}`,
      },
      { mint: r.text(44, BASE62), token: r.text(44, BASE62), bid_token: r.text(44, BASE62) },
    ],
    hash: `0x${r.text(64, HEX)}`,
    cacheKey: r.text(64, HEX),
    factKey: `http:${r.text(64, HEX)}`,
    publicKey: r.text(64, HEX),
  }),
  (r) => ({ text: lowercaseWords(r) }),
  (r) => ({ text: `The words are: ${wordsWithoutChecksum(r)}.` }),
  (r) => ({ words: Array.from({ length: 12 + r.below(13) }, () => r.pick(ENGLISH)) }),
  (r) => ({
    log: `2026-03-01T12:00:${10 + r.below(50)}Z ${r.pick(['INFO', 'WARN'])} user=${word(r)} path=/${word(r)} id=${uuid(r)} ms=${r.below(900)} ip=10.0.${r.below(255)}.${r.below(255)}:${1024 + r.below(60_000)}`,
  }),
  (r) => ({
    commit: {
      sha: r.text(40, HEX),
      tree: { sha: r.text(40, HEX) },
      message: `Fix ${word(r)} password form\n\n${lowercaseWords(r)}`,
    },
    html_url: `https://git.example.com/${word(r)}/${word(r)}/commit/${r.text(40, HEX)}`,
    clone_url: `https://${word(r)}@git.example.com/${word(r)}.git`,
  }),
  (r) => ({
    statusCode: 200,
    body: JSON.stringify({
      id: uuid(r),
      price: r.below(10_000) / 100,
      text: lowercaseWords(r),
      phone: `+${r.text(11, DIGITS)}`,
    }),
  }),
]

function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((length) => random.text(length, HEX)).join('-')
}

function word(random: Random): string {
  return random.text(3 + random.below(8), LOWER)
}

const ENGLISH = (
  'which house there water about their people great small every under never again think where found those world still ' +
  'between should being while might right three state place under himself first come made after same many then them would'
).split(' ')

/** 12 to 24 plain lowercase words in a row. */
function lowercaseWords(random: Random): string {
  return Array.from({ length: 12 + random.below(13) }, () => random.pick(ENGLISH)).join(' ')
}

/** Words of the list of recovery phrases, too few in a row to be one. */
function wordsWithoutChecksum(random: Random): string {
  return Array.from({ length: 11 }, () => random.pick(BIP39_ENGLISH)).join(' ')
}
