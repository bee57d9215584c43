import { MfmError } from '@mfm/errors'

/** Length of a header, and what every content is filled up to. */
export const BLOCK = 512
/** Bytes of one entry at most: eleven octal digits. */
export const MAX_ENTRY_BYTES: number = 8 ** 11 - 1

export interface EntryHeader {
  readonly name: string
  readonly size: number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('latin1')

/**
 * The header of a plain file in the ustar format (POSIX.1-2017, pax, "ustar Interchange Format"): mode 0644, owner 0,
 * time 0, no link, no prefix. So a name and a size have one header and no other.
 */
export function encodeHeader({ name, size }: EntryHeader): Uint8Array {
  if (!isName(name) || size > MAX_ENTRY_BYTES) {
    throw new MfmError('internal_error', { message: 'an entry that ustar cannot name' })
  }
  const block = new Uint8Array(BLOCK)
  const put = (text: string, at: number): void => void encoder.encodeInto(text, block.subarray(at))
  put(name, 0)
  put('0000644\0', 100)
  put('0000000\0', 108)
  put('0000000\0', 116)
  put(`${octal(size, 11)}\0`, 124)
  put('00000000000\0', 136)
  put(' '.repeat(8), 148) // the checksum counts its own field as spaces
  put('0', 156)
  put('ustar\x0000', 257)
  put('0000000\0', 329)
  put('0000000\0', 337)
  const checksum = block.reduce((sum, byte) => sum + byte, 0)
  put(`${octal(checksum, 6)}\0 `, 148)
  return block
}

/** `undefined` for a block that {@link encodeHeader} does not write. */
export function decodeHeader(block: Uint8Array): EntryHeader | undefined {
  const nameEnd = block.indexOf(0)
  const name = decoder.decode(block.subarray(0, Math.max(0, nameEnd)))
  const digits = decoder.decode(block.subarray(124, 135))
  if (!isName(name) || !/^[0-7]{11}$/.test(digits)) return
  const header = { name, size: Number.parseInt(digits, 8) }
  return Buffer.compare(encodeHeader(header), block) === 0 ? header : undefined
}

/** Bytes between the end of a content and the next header. */
export function paddingAfter(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

function isName(name: string): boolean {
  return /^[!-~]{1,100}$/.test(name)
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
