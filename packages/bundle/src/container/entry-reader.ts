import { invalidBundle } from '../problem.ts'
import type { ByteReader } from './byte-reader.ts'
import type { EntryHeader } from './entry-header.ts'
import { BLOCK, decodeHeader, isZero, paddingAfter } from './entry-header.ts'

/** Reads the entries of an archive in their order. The content of each has to be read before the next is asked for. */
export class EntryReader {
  readonly #bytes: ByteReader
  #count = 0

  constructor(bytes: ByteReader) {
    this.#bytes = bytes
  }

  /** The next entry; `undefined` where the archive ends, and then the source has ended too. */
  async next(): Promise<EntryHeader | undefined> {
    const block = await this.#bytes.exactly(BLOCK)
    if (this.#count > 0 && isZero(block)) return await this.#end()
    const header = decodeHeader(block)
    if (header === undefined) throw this.#notAnEntry(block)
    this.#count += 1
    return header
  }

  async content({ name, size }: EntryHeader): Promise<Uint8Array> {
    // The padding is read apart from the content, which may be kept.
    const content = await this.#bytes.exactly(size)
    await this.#padding(name, size)
    return content
  }

  /** The content in portions, each valid until the next is asked for. */
  async *portions({ name, size }: EntryHeader): AsyncGenerator<Uint8Array> {
    for (let missing = size; missing > 0; ) {
      const portion = (await this.#bytes.some(missing)) ?? (await this.#bytes.exactly(missing))
      missing -= portion.length
      yield portion
    }
    await this.#padding(name, size)
  }

  async #padding(name: string, size: number): Promise<void> {
    const length = paddingAfter(size)
    if (length === 0 || isZero(await this.#bytes.exactly(length))) return
    throw invalidBundle('padding', {
      message: `the entry ${name} is not followed by zeros`,
      details: { entry: name },
    })
  }

  async #end(): Promise<undefined> {
    if (!isZero(await this.#bytes.exactly(BLOCK))) {
      throw invalidBundle('header', { message: 'the end of the bundle is one block of zeros' })
    }
    if ((await this.#bytes.some(1)) === undefined) return
    throw invalidBundle('trailing_data', { message: 'the bundle goes on after its end' })
  }

  #notAnEntry(block: Uint8Array): Error {
    if (this.#count > 0) {
      return invalidBundle('header', {
        message: `entry ${this.#count + 1} has a header that is not of this format`,
        details: { entryNumber: this.#count + 1 },
      })
    }
    const isCompressed = block[0] === 0x1f || (block[0] === 0x28 && block[1] === 0xb5)
    return invalidBundle('not_a_bundle', {
      message: `this is not a bundle${isCompressed ? ': it looks compressed, unpack it first' : ''}`,
    })
  }
}
