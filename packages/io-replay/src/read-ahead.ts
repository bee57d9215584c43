import type { ArtifactId, ArtifactStore } from '@mfm/core-types'
import { canGetMany } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

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
  readonly #kept: (Uint8Array | undefined)[]
  readonly #loading: (Promise<void> | undefined)[]
  /** Places of what is kept, the oldest first. */
  #keptPlaces: number[] = []
  #keptBytes = 0
  #batch = FIRST_BATCH

  constructor(artifacts: ArtifactStore, order: readonly ArtifactId[]) {
    this.#artifacts = artifacts
    this.#order = order
    this.#kept = new Array<undefined>(order.length)
    this.#loading = new Array<undefined>(order.length)
  }

  /**
   * The document at a place of the order; at once where it has been read ahead.
   *
   * @throws what the store throws for just this document
   */
  get(place: number): Uint8Array | Promise<Uint8Array> {
    return this.#kept[place] ?? this.#fetch(place)
  }

  async #fetch(place: number): Promise<Uint8Array> {
    await (this.#loading[place] ?? this.#load(place))
    return this.#kept[place] ?? (await this.#artifacts.get(this.#idAt(place)))
  }

  #idAt(place: number): ArtifactId {
    const id = this.#order[place]
    if (id === undefined) throw new MfmError('internal_error')
    return id
  }

  async #load(from: number): Promise<void> {
    if (!canGetMany(this.#artifacts)) return
    const places: number[] = []
    const end = Math.min(from + this.#batch, this.#order.length)
    for (let place = from; place < end; place++) {
      if (this.#kept[place] === undefined && this.#loading[place] === undefined) places.push(place)
    }
    // One unreadable document fails the batch; each is then read alone and fails for itself.
    const batch = this.#artifacts.getMany(places.map((place) => this.#idAt(place))).then(
      (found) => this.#keep(places, found),
      () => undefined,
    )
    for (const place of places) this.#loading[place] = batch
    await batch
    for (const place of places) this.#loading[place] = undefined
  }

  #keep(places: readonly number[], found: readonly (Uint8Array | undefined)[]): void {
    let bytes = 0
    for (const [index, place] of places.entries()) {
      const document = found[index]
      if (document === undefined) continue
      this.#kept[place] = document
      this.#keptPlaces.push(place)
      bytes += document.length
    }
    this.#keptBytes += bytes
    const average = Math.max(bytes / places.length, 1)
    this.#batch = Math.min(Math.max(Math.floor(BATCH_BYTES / average), 1), LARGEST_BATCH)
    this.#dropOldest(places.length)
  }

  /** What was just read stays, however large it is: somebody waits for it. */
  #dropOldest(newest: number): void {
    let dropped = 0
    while (this.#keptBytes > KEPT_BYTES && this.#keptPlaces.length - dropped > newest) {
      const place = this.#keptPlaces[dropped++] ?? 0
      this.#keptBytes -= this.#kept[place]?.length ?? 0
      this.#kept[place] = undefined
    }
    this.#keptPlaces = this.#keptPlaces.slice(dropped)
  }
}
