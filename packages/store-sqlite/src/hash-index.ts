import { sha256 } from '@mfm/canonical-json'
import type { ArtifactId, FactKey, RunId } from '@mfm/core-types'
import type { Connection } from './connection.ts'
import { SEAL_BYTES, seal, unseal } from './sealed.ts'

/** What a hash is of: one table serves all of them. */
const KIND = { artifact: 0, fact: 1, chain: 2, run: 3 } as const

/** A kind and 48 bits of a digest. */
export interface HashKey {
  readonly low: number
  /** Kind in the three highest bits, hash in the lowest sixteen; those between are for the value. */
  readonly high: number
}

/** Key → row of the log in which the artifact stands. */
export function artifactKey(id: ArtifactId): HashKey {
  return keyOf(KIND.artifact, id)
}

/** Key → row of the log in which the key is bound. */
export function factKey(run: RunId, key: FactKey): HashKey {
  return keyOf(KIND.fact, sha256(run + key)) // run ids have one length
}

/** Key → last row of the log with a binding of the run. */
export function chainKey(run: RunId): HashKey {
  return keyOf(KIND.chain, sha256(run))
}

/** Key → ordinal of the run. */
export function runKey(run: RunId): HashKey {
  return keyOf(KIND.run, sha256(run))
}

function keyOf(kind: number, hex: string): HashKey {
  const low = Number.parseInt(hex.slice(0, 8), 16)
  return { low, high: (kind * 2 ** 29 + Number.parseInt(hex.slice(8, 12), 16)) >>> 0 }
}

/** Entry: low half of the key, high half with the top of the value between, the rest of the value. */
const ENTRY_BYTES = 12
const KEY_MASK = 0xe0_00_ff_ff
const ENTRIES_PER_BUCKET = 48
const CACHED_BUCKETS = 8192

export interface HashIndexSize {
  readonly buckets: number
  readonly entries: number
}

/**
 * A hash table in the table `bucket`, by linear hashing: it grows by one bucket at a time, and buckets are numbered
 * without gaps. Each bucket carries a checksum, so a key that is not found is proven to be absent.
 *
 * Values stand for keys of which 48 bits are kept: whoever asks looks at the thing itself before believing.
 */
export class HashIndex {
  readonly #connection: Connection
  readonly #cache: Map<number, Buffer> = new Map()
  readonly #changed: Set<number> = new Set()
  #buckets = 0
  #entries = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get size(): HashIndexSize {
    return { buckets: this.#buckets, entries: this.#entries }
  }

  /** Forgets what is in memory: the stored table has that size now. */
  reset({ buckets, entries }: HashIndexSize): void {
    this.#cache.clear()
    this.#changed.clear()
    this.#buckets = buckets
    this.#entries = entries
  }

  /** Candidates, the latest first. */
  find(key: HashKey): number[] {
    const found: number[] = []
    if (this.#buckets === 0) return found
    const bucket = this.#read(this.#place(key.low))
    for (let at = SEAL_BYTES; at < bucket.length; at += ENTRY_BYTES) {
      if (bucket.readUInt32BE(at) !== key.low) continue
      const high = bucket.readUInt32BE(at + 4)
      if ((high & KEY_MASK) >>> 0 === key.high) found.push(entryValue(bucket, at, high))
    }
    return found.reverse()
  }

  /** Changes are kept in memory until {@link write}. */
  add(key: HashKey, value: number): void {
    if (this.#buckets === 0) this.#create(0)
    const id = this.#place(key.low)
    const entry = Buffer.allocUnsafe(ENTRY_BYTES)
    entry.writeUInt32BE(key.low, 0)
    entry.writeUInt32BE((key.high | (Math.floor(value / 2 ** 32) << 16)) >>> 0, 4)
    entry.writeUInt32BE(value % 2 ** 32, 8)
    this.#change(id, Buffer.concat([this.#read(id), entry]))
    this.#entries++
    if (this.#entries > this.#buckets * ENTRIES_PER_BUCKET) this.#split()
  }

  remove(key: HashKey, value: number): void {
    const id = this.#place(key.low)
    const bucket = this.#read(id)
    for (let at = SEAL_BYTES; at < bucket.length; at += ENTRY_BYTES) {
      const high = bucket.readUInt32BE(at + 4)
      const isKey = bucket.readUInt32BE(at) === key.low && (high & KEY_MASK) >>> 0 === key.high
      if (!isKey || entryValue(bucket, at, high) !== value) continue
      const rest = [bucket.subarray(0, at), bucket.subarray(at + ENTRY_BYTES)]
      this.#change(id, Buffer.concat(rest))
      this.#entries--
      return
    }
  }

  /** Stores every changed bucket. */
  write(): void {
    const put = this.#connection.sql('INSERT OR REPLACE INTO bucket (id, body) VALUES (?, ?)')
    for (const id of Array.from(this.#changed).sort((a, b) => a - b)) {
      put.run(id, seal('bucket', id, this.#read(id)))
    }
    this.#changed.clear()
    if (this.#cache.size > CACHED_BUCKETS) this.#cache.clear()
  }

  #read(id: number): Buffer {
    const cached = this.#cache.get(id)
    if (cached !== undefined) return cached
    const stored = this.#connection.sql('SELECT body FROM bucket WHERE id = ?').get(id)
    const body = unseal('bucket', id, stored?.['body'])
    if (this.#cache.size > CACHED_BUCKETS && this.#changed.size === 0) this.#cache.clear()
    this.#cache.set(id, body)
    return body
  }

  #change(id: number, body: Buffer): void {
    this.#cache.set(id, body)
    this.#changed.add(id)
  }

  #create(id: number): void {
    this.#change(id, Buffer.alloc(SEAL_BYTES))
    this.#buckets++
  }

  #place(low: number): number {
    const half = largestPowerOfTwo(this.#buckets)
    const place = low % (half * 2)
    return place < this.#buckets ? place : place - half
  }

  /** Adds one bucket and moves into it what belongs there, all from one other bucket. */
  #split(): void {
    const added = this.#buckets
    const source = added - largestPowerOfTwo(added)
    const before = this.#read(source)
    this.#create(added)
    const stay: Buffer[] = [Buffer.alloc(SEAL_BYTES)]
    const move: Buffer[] = [Buffer.alloc(SEAL_BYTES)]
    for (let at = SEAL_BYTES; at < before.length; at += ENTRY_BYTES) {
      const isMoving = this.#place(before.readUInt32BE(at)) === added
      ;(isMoving ? move : stay).push(before.subarray(at, at + ENTRY_BYTES))
    }
    this.#change(source, Buffer.concat(stay))
    this.#change(added, Buffer.concat(move))
  }
}

function entryValue(bucket: Buffer, at: number, high: number): number {
  return ((high >>> 16) & 0x1f_ff) * 2 ** 32 + bucket.readUInt32BE(at + 8)
}

function largestPowerOfTwo(atMost: number): number {
  return 2 ** (31 - Math.clz32(atMost))
}
