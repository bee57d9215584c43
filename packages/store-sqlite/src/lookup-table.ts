import type { Connection } from './connection.ts'
import type { Chunk } from './entries.ts'
import { EntryList, findValues, MAX_ENTRIES, readChunk } from './entries.ts'
import type { LookupKey } from './lookup-key.ts'
import { SEAL_BYTES, seal, unseal } from './sealed.ts'

/** A part of the look-up table that was written at once. */
export interface Segment {
  /** Its chunks are the rows from this one on, without a gap. */
  readonly firstChunk: number
  readonly chunks: number
  readonly entries: number
}

/** Chunks hold this many entries on average, which fills a page of the file and seldom overflows it. */
const CHUNK_ENTRIES = 290
const CACHED_CHUNKS = 8192
/** Segments of about the same size are merged when there are this many of them. */
const MERGED_SEGMENTS = 4
/** Entries of the largest segment that is written without a merge. */
const MAX_BATCH = MAX_ENTRIES / MERGED_SEGMENTS

/**
 * Keys to values in the table `chunk`, written a batch at a time and never changed: a batch is a segment, sorted and
 * cut into chunks by equal ranges of the key, and older segments are merged into larger ones. So a batch writes few
 * pages, all at the end of the table, however many entries there are.
 *
 * Chunks carry checksums and are numbered without gaps: a key that is not found is proven to be absent.
 */
export class LookupTable {
  readonly #connection: Connection
  readonly #cache: Map<number, Chunk> = new Map()
  #added = new EntryList()
  #segments: readonly Segment[] = []

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Oldest first. */
  get segments(): readonly Segment[] {
    return this.#segments
  }

  /** The stored table is that of these segments. */
  reset(segments: readonly Segment[]): void {
    this.#cache.clear()
    this.#added = new EntryList()
    this.#segments = segments
  }

  /** Values, the latest first. Keys are abbreviated: look at the thing itself before believing. */
  find(key: LookupKey): number[] {
    const found: number[] = []
    for (let index = this.#segments.length - 1; index >= 0; index--) {
      const segment = this.#segments[index]
      if (segment === undefined) continue
      const place = (key.low * segment.chunks) / 2 ** 32
      const before = Math.floor(place)
      findValues(this.#chunk(segment.firstChunk + before), key, place - before, found)
    }
    return found
  }

  /** Counts from the next {@link write} on. */
  add(key: LookupKey, value: number): void {
    this.#added.add(key, value)
    if (this.#added.length === MAX_BATCH) this.write()
  }

  /** Stores what was added since the last time. */
  write(): void {
    const entries = this.#added
    if (entries.length === 0) return
    this.#added = new EntryList()
    const last = this.#segments.at(-1)
    const firstChunk = last === undefined ? 1 : last.firstChunk + last.chunks
    this.#segments = [...this.#segments, this.#writeSegment(firstChunk, entries)]
    for (let sources = this.#mergeable(); sources > 0; sources = this.#mergeable()) {
      this.#merge(sources)
    }
  }

  /** How many of the latest segments are to become one. */
  #mergeable(): number {
    const latest = this.#segments.slice(-MERGED_SEGMENTS)
    const total = latest.reduce((sum, { entries }) => sum + entries, 0)
    const largest = Math.max(...latest.map(({ entries }) => entries))
    const isDue = latest.length === MERGED_SEGMENTS && total < MAX_ENTRIES
    return isDue && largest * 2 <= total ? latest.length : 0
  }

  #merge(sources: number): void {
    const merged = this.#segments.slice(-sources)
    const entries = new EntryList()
    for (const { firstChunk, chunks } of merged) {
      for (let id = firstChunk; id < firstChunk + chunks; id++) {
        entries.addStored(this.#chunk(id))
      }
    }
    const begin = merged[0]?.firstChunk ?? 0
    const end = merged.reduce((_, { firstChunk, chunks }) => firstChunk + chunks, 0)
    const segment = this.#writeSegment(end, entries)
    this.#connection.sql('DELETE FROM chunk WHERE id >= ? AND id < ?').run(begin, end)
    for (let id = begin; id < end; id++) this.#cache.delete(id)
    this.#segments = [...this.#segments.slice(0, -sources), segment]
  }

  #writeSegment(firstChunk: number, list: EntryList): Segment {
    const entries = list.length
    const chunks = Math.ceil(entries / CHUNK_ENTRIES)
    const put = this.#connection.sql('INSERT INTO chunk (id, body) VALUES (?, ?)')
    let id = firstChunk
    for (const body of list.chunks(chunks, SEAL_BYTES)) {
      put.run(id, seal('chunk', id, body))
      id++
    }
    return { firstChunk, chunks, entries }
  }

  #chunk(id: number): Chunk {
    const cached = this.#cache.get(id)
    if (cached !== undefined) return cached
    const stored = this.#connection.sql('SELECT body FROM chunk WHERE id = ?').get(id)
    const chunk = readChunk(unseal('chunk', id, stored?.['body']), SEAL_BYTES)
    const [oldest = id] = this.#cache.keys()
    if (this.#cache.size >= CACHED_CHUNKS) this.#cache.delete(oldest)
    this.#cache.set(id, chunk)
    return chunk
  }
}
