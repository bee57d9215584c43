import { endianness } from 'node:os'
import type { LookupKey } from './lookup-key.ts'
import { HIGH_MASK } from './lookup-key.ts'

/**
 * Entry of the look-up table, three little-endian words: the low half of the key; the high half, with thirteen bits of
 * the value in its middle; the lower 32 bits of the value.
 */
const ENTRY_BYTES = 12
/** How many entries one batch can hold. */
export const MAX_ENTRIES: number = 2 ** 21

const VALUE_SHIFT = 16
const VALUE_HIGH_MASK = 0x1f_ff
const WORDS = 3
const WORD_BYTES = 4
const FIRST_CAPACITY = 4096
const IS_LITTLE_ENDIAN = endianness() === 'LE'

/** Entries in the order in which they were added. */
export class EntryList {
  #words = new Uint32Array(FIRST_CAPACITY * WORDS)
  #size = 0

  get length(): number {
    return this.#size / WORDS
  }

  add({ low, high }: LookupKey, value: number): void {
    const valueHigh = Math.floor(value / 2 ** 32) << VALUE_SHIFT
    this.#push(low, (high | valueHigh) >>> 0, value % 2 ** 32)
  }

  /** Adds the entries of a stored chunk. */
  addStored({ words, first }: Chunk): void {
    for (let at = first; at < words.length; at += WORDS) {
      this.#push(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0)
    }
  }

  /** Gives the entries in groups by {@link chunkOf}, each sorted by key and those of one key as they were added. */
  *chunks(count: number, headBytes: number): Generator<Buffer> {
    const words = this.#words
    const order = this.#order()
    let begin = 0
    for (let chunk = 0; chunk < count; chunk++) {
      let end = begin
      while (
        end < order.length &&
        chunkOf(words[(order[end] ?? 0) * WORDS] ?? 0, count) === chunk
      ) {
        end++
      }
      const bytes = Buffer.allocUnsafeSlow(headBytes + (end - begin) * ENTRY_BYTES)
      let at = headBytes
      for (const index of order.subarray(begin, end)) {
        for (let word = index * WORDS; word < (index + 1) * WORDS; word++) {
          at = bytes.writeUInt32LE(words[word] ?? 0, at)
        }
      }
      yield bytes
      begin = end
    }
  }

  /** Indexes of the entries by key. */
  #order(): Float64Array {
    // One number per entry, sorted without a callback: 32 bits of the key, then 21 of the index, fit a double.
    const order = new Float64Array(this.length)
    for (let index = 0; index < order.length; index++) {
      order[index] = (this.#words[index * WORDS] ?? 0) * MAX_ENTRIES + index
    }
    order.sort()
    for (let place = 0; place < order.length; place++) {
      order[place] = (order[place] ?? 0) % MAX_ENTRIES
    }
    return order
  }

  #push(first: number, second: number, third: number): void {
    if (this.#size === this.#words.length) {
      const larger = new Uint32Array(this.#words.length * 2)
      larger.set(this.#words)
      this.#words = larger
    }
    this.#words[this.#size++] = first
    this.#words[this.#size++] = second
    this.#words[this.#size++] = third
  }
}

/** The chunk, of so many, in which a key is kept: each has an equal range of the low half. */
function chunkOf(low: number, count: number): number {
  return Math.floor((low * count) / 2 ** 32)
}

/** Entries as they are stored, read for looking up. */
export interface Chunk {
  readonly words: Uint32Array
  /** Where the first entry begins. */
  readonly first: number
}

/** @param headBytes bytes before the first entry, whole words */
export function readChunk(stored: Buffer, headBytes: number): Chunk {
  const first = headBytes / WORD_BYTES
  const count = stored.length / WORD_BYTES
  if (IS_LITTLE_ENDIAN && stored.byteOffset % WORD_BYTES === 0) {
    return { words: new Uint32Array(stored.buffer, stored.byteOffset, count), first }
  }
  const words = Uint32Array.from({ length: count }, (_, at) => stored.readUInt32LE(at * WORD_BYTES))
  return { words, first }
}

/**
 * Values of a key among the entries of a chunk, the latest first, put behind those in `found`.
 *
 * @param place where in the range of the chunk the key lies, from 0 to 1
 */
export function findValues(
  { words, first }: Chunk,
  { low, high }: LookupKey,
  place: number,
  found: number[],
): void {
  const before = found.length
  let at = firstNotBelow(words, first, low, place)
  for (; at < words.length && words[at] === low; at += WORDS) {
    const stored = words[at + 1] ?? 0
    if ((stored & HIGH_MASK) >>> 0 !== high) continue
    const valueHigh = (stored >>> VALUE_SHIFT) & VALUE_HIGH_MASK
    found.splice(before, 0, valueHigh * 2 ** 32 + (words[at + 2] ?? 0))
  }
}

/** Keys are hashes, spread evenly over the range of a chunk: the place says nearly where to look. */
function firstNotBelow(words: Uint32Array, first: number, low: number, place: number): number {
  const count = (words.length - first) / WORDS
  let at = first + Math.floor(place * count) * WORDS
  while (at > first && (words[at - WORDS] ?? 0) >= low) at -= WORDS
  while (at < words.length && (words[at] ?? 0) < low) at += WORDS
  return at
}
