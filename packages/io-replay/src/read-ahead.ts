import type { ArtifactId, ArtifactStore } from '@mfm/core-types'
import { canGetMany } from '@mfm/core-types'

/** What a batch aims at, and what is kept until it is asked for. */
const BATCH_BYTES = 1_000_000
const KEPT_BYTES = 16_000_000
const FIRST_BATCH = 32
const LARGEST_BATCH = 1024

/**
 * Reads documents in the order in which they will probably be asked for, many at a time. Memory stays bounded: what
 * was read first is dropped first, and read again if it is asked for after all.
 */
export class ReadAhead {
  readonly #artifacts: ArtifactStore
  readonly #order: readonly ArtifactId[]
  readonly #kept = new Map<ArtifactId, Uint8Array>()
  readonly #loading = new Map<ArtifactId, Promise<void>>()
  #keptBytes = 0
  #batch = FIRST_BATCH

  constructor(artifacts: ArtifactStore, order: readonly ArtifactId[]) {
    this.#artifacts = artifacts
    this.#order = order
  }

  /**
   * The document at a place of the order.
   *
   * @throws what the store throws for just this document
   */
  async get(position: number, id: ArtifactId): Promise<Uint8Array> {
    const kept = this.#kept.get(id)
    if (kept !== undefined) return kept
    await (this.#loading.get(id) ?? this.#load(position))
    return this.#kept.get(id) ?? (await this.#artifacts.get(id))
  }

  async #load(position: number): Promise<void> {
    if (!canGetMany(this.#artifacts)) return
    const wanted = this.#order
      .slice(position, position + this.#batch)
      .filter((id) => !this.#kept.has(id) && !this.#loading.has(id))
    const ids = [...new Set(wanted)]
    // One unreadable document fails the batch; each is then read alone and fails for itself.
    const batch = this.#artifacts.getMany(ids).then(
      (found) => this.#keep(ids, found),
      () => undefined,
    )
    for (const id of ids) this.#loading.set(id, batch)
    await batch
    for (const id of ids) this.#loading.delete(id)
  }

  #keep(ids: readonly ArtifactId[], found: readonly (Uint8Array | undefined)[]): void {
    let bytes = 0
    for (const [index, id] of ids.entries()) {
      const document = found[index]
      if (document === undefined) continue
      this.#kept.set(id, document)
      bytes += document.length
    }
    this.#keptBytes += bytes
    const average = Math.max(bytes / ids.length, 1)
    this.#batch = Math.min(Math.max(Math.floor(BATCH_BYTES / average), 1), LARGEST_BATCH)
    this.#dropOldest(ids.length)
  }

  /** What was just read stays, however large it is: somebody waits for it. */
  #dropOldest(newest: number): void {
    for (const [id, document] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES || this.#kept.size <= newest) return
      this.#kept.delete(id)
      this.#keptBytes -= document.length
    }
  }
}
