import type { Cipheriv } from 'node:crypto'
import { createCipheriv } from 'node:crypto'
import type { StandInNoise } from '../stand-ins.ts'

/** Bytes that are made at once. */
const BLOCK = 4096

/**
 * The keystream of AES-256 in counter mode (NIST SP 800-38A) from a recorded seed: the same seed, the same noise. The
 * seed is recorded in the clear, so this is no source of keys.
 */
export class SeededNoise implements StandInNoise {
  static readonly seedLength = 32
  readonly #cipher: Cipheriv
  #block: Uint8Array = new Uint8Array()

  constructor(seed: Uint8Array) {
    this.#cipher = createCipheriv('aes-256-ctr', seed, new Uint8Array(16))
  }

  bytes(length: number): Uint8Array {
    const drawn = new Uint8Array(length)
    for (let filled = 0; filled < length; ) {
      if (this.#block.length === 0) this.#block = this.#cipher.update(new Uint8Array(BLOCK))
      const part = this.#block.subarray(0, length - filled)
      drawn.set(part, filled)
      filled += part.length
      this.#block = this.#block.subarray(part.length)
    }
    return drawn
  }
}
