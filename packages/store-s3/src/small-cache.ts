import type { ArtifactId } from '@mfm/core-types'

/** Larger artifacts are not kept. */
const LARGEST_ENTRY_BYTES = 64 * 1024

/**
 * The small artifacts read last, in a bounded number of bytes. What goes in has been hashed and what comes out is a
 * copy, so nobody can change what is in it.
 */
export class SmallCache {
  readonly #entries: Map<ArtifactId, Uint8Array> = new Map()
  readonly #capacity: number
  #size = 0
  #epoch = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Changes when an artifact is forgotten: what was asked for before that may be out of date. */
  get epoch(): number {
    return this.#epoch
  }

  get(id: ArtifactId): Uint8Array | undefined {
    const bytes = this.#entries.get(id)
    if (bytes === undefined) return undefined
    this.#entries.delete(id) // and to the end, for the first of the map is the one to go
    this.#entries.set(id, bytes)
    return new Uint8Array(bytes)
  }

  /** Keeps a copy, unless something was forgotten since `epoch`. */
  add(id: ArtifactId, bytes: Uint8Array, epoch: number): void {
    const isFitting = bytes.length <= Math.min(LARGEST_ENTRY_BYTES, this.#capacity)
    if (!isFitting || epoch !== this.#epoch || this.#entries.has(id)) return
    this.#entries.set(id, new Uint8Array(bytes))
    this.#size += bytes.length
    for (const [oldest, { length }] of this.#entries) {
      if (this.#size <= this.#capacity) break
      this.#entries.delete(oldest)
      this.#size -= length
    }
  }

  forget(id: ArtifactId): void {
    this.#epoch++
    const bytes = this.#entries.get(id)
    if (bytes === undefined) return
    this.#entries.delete(id)
    this.#size -= bytes.length
  }
}
