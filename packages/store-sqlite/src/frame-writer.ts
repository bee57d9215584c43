import type {
  ArtifactId,
  Digest,
  FactKey,
  FactMeta,
  NewArtifact,
  PlainFact,
  RunId,
} from '@mfm/core-types'
import { SEAL_BYTES, seal } from './sealed.ts'

/**
 * A frame is the body of one row of the log: checksum, run id, first sequence number, chain, parts.
 *
 * - run id: one length byte and ASCII; length 0 where the frame belongs to no run
 * - first sequence number: of the first event part; 0 where there is none
 * - chain: the row before that holds a binding or its removal for the same run; 0 where there is none
 * - part: one tag byte, four bytes of length, content
 *
 * Integers are big-endian; rows, sequence numbers and sizes take six bytes.
 */
export const TAG = {
  /** Digest, kind (one length byte and ASCII), bytes. */
  artifact: 1,
  /** Digest, kind, size; the bytes are in table `large` under the row of the frame. */
  largeArtifact: 2,
  /** Digest, key. */
  bind: 3,
  /** Key. */
  unbind: 4,
  /** JSON of the envelope. */
  event: 5,
  /** The same of a `fact_recorded` event that is also the binding of its key. */
  bindingEvent: 6,
  /** A plain fact, as {@link FrameWriter.fact} describes it. */
  fact: 7,
} as const

/** Flags of a plain fact. */
export const FACT = { binds: 1, hasTime: 2, hasPrev: 4, hasRequest: 8 } as const
/** What a plain fact's outcome is written as. */
export const OUTCOMES: readonly FactMeta['outcome'][] = ['answered', 'failed', 'aborted']

export const DIGEST_BYTES = 32
export const INTEGER_BYTES = 6
export const PART_HEADER_BYTES = 5

const SCRATCH_BYTES = 16_384
const KEPT_BYTES = 2 ** 20
const MAX_INTEGER = 2 ** (8 * INTEGER_BYTES) - 1
/** UTF-16 units of a text that has at most 255 bytes of UTF-8. */
const MAX_TEXT = 85
/** More than a plain fact takes beside its key. */
const FACT_BYTES = 2 + 3 * DIGEST_BYTES + 3 * INTEGER_BYTES + 2 * 256

/** Whether {@link FrameWriter.fact} can hold a fact. */
export function isCompact({ tsMillis, event }: PlainFact): boolean {
  const { attempt, ordinal, namespace } = event.meta
  return (
    (tsMillis ?? 0) <= MAX_INTEGER &&
    attempt <= MAX_INTEGER &&
    ordinal <= MAX_INTEGER &&
    namespace.length <= MAX_TEXT
  )
}

/** Builds frames one after the other in a buffer that it keeps. */
export class FrameWriter {
  #bytes = Buffer.allocUnsafe(SCRATCH_BYTES)
  #run: RunId | undefined
  #size = 0
  #integersAt = 0

  get run(): RunId | undefined {
    return this.#run
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size
  }

  get isEmpty(): boolean {
    return this.#size === this.#integersAt + 2 * INTEGER_BYTES
  }

  begin(run: RunId | undefined): void {
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafe(SCRATCH_BYTES)
    this.#run = run
    this.#size = SEAL_BYTES
    this.#text(run ?? '')
    this.#integersAt = this.#size
    this.#integer(0)
    this.#integer(0)
  }

  /** Counts once in a frame: the events after the first follow it. */
  firstSeq(seq: number): void {
    if (this.#stored(this.#integersAt) === 0) this.#store(seq, this.#integersAt)
  }

  /** Counts once in a frame: what was the last row with a binding before this frame. */
  chain(row: number): void {
    const at = this.#integersAt + INTEGER_BYTES
    if (this.#stored(at) === 0) this.#store(row, at)
  }

  artifact({ id, kind, bytes }: NewArtifact): void {
    const start = this.#open(TAG.artifact, DIGEST_BYTES + 1 + kind.length + bytes.length)
    this.#digest(id)
    this.#text(kind)
    this.#bytes.set(bytes, this.#size)
    this.#size += bytes.length
    this.#close(start)
  }

  largeArtifact({ id, kind, bytes }: NewArtifact): void {
    const start = this.#open(TAG.largeArtifact, DIGEST_BYTES + 1 + kind.length + INTEGER_BYTES)
    this.#digest(id)
    this.#text(kind)
    this.#integer(bytes.length)
    this.#close(start)
  }

  /** @param id `undefined` where the key is bound no longer */
  binding(key: FactKey, id: ArtifactId | undefined): void {
    const start = this.#open(
      id === undefined ? TAG.unbind : TAG.bind,
      DIGEST_BYTES + key.length * 3,
    )
    if (id !== undefined) this.#digest(id)
    this.#size += this.#bytes.write(key, this.#size)
    this.#close(start)
  }

  event(text: string, isBinding: boolean): void {
    const start = this.#open(isBinding ? TAG.bindingEvent : TAG.event, text.length * 3)
    this.#size += this.#bytes.write(text, this.#size)
    this.#close(start)
  }

  /**
   * A fact that {@link isCompact} takes, in a third of the bytes of its JSON. Its run and number are the frame's.
   *
   * Flags and outcome, a byte each; milliseconds, digest of the event before and of the request, each where a flag
   * says so; digest of the payload; attempt; ordinal; state and namespace, each with a length byte; key.
   */
  fact({ tsMillis, prev, event }: PlainFact, isBinding: boolean): void {
    const { key, payloadId, meta } = event
    const { requestId } = meta
    const start = this.#open(TAG.fact, FACT_BYTES + key.length * 3)
    this.#bytes[this.#size++] =
      (isBinding ? FACT.binds : 0) |
      (tsMillis === null ? 0 : FACT.hasTime) |
      (prev === null ? 0 : FACT.hasPrev) |
      (requestId === null ? 0 : FACT.hasRequest)
    this.#bytes[this.#size++] = OUTCOMES.indexOf(meta.outcome)
    if (tsMillis !== null) this.#integer(tsMillis)
    if (prev !== null) this.#digest(prev)
    if (requestId !== null) this.#digest(requestId)
    this.#digest(payloadId)
    this.#integer(meta.attempt)
    this.#integer(meta.ordinal)
    this.#text(meta.stateId)
    this.#text(meta.namespace, 'utf8')
    this.#size += this.#bytes.write(key, this.#size)
    this.#close(start)
  }

  /** The frame, sealed for its row. Valid until the next {@link begin}. */
  finish(row: number): Buffer {
    return seal('log', row, this.#bytes.subarray(0, this.#size))
  }

  #open(tag: number, atMost: number): number {
    const needed = this.#size + PART_HEADER_BYTES + atMost
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#size))
      this.#bytes = larger
    }
    const start = this.#size
    this.#bytes[start] = tag
    this.#size = start + PART_HEADER_BYTES
    return start
  }

  #close(start: number): void {
    this.#bytes.writeUInt32BE(this.#size - start - PART_HEADER_BYTES, start + 1)
  }

  #text(text: string, encoding: 'latin1' | 'utf8' = 'latin1'): void {
    const length = this.#bytes.write(text, this.#size + 1, encoding)
    this.#bytes[this.#size] = length
    this.#size += 1 + length
  }

  #digest(id: ArtifactId | Digest): void {
    this.#size += this.#bytes.write(id, this.#size, 'hex')
  }

  #integer(value: number): void {
    this.#size = this.#store(value, this.#size)
  }

  #store(value: number, at: number): number {
    return this.#bytes.writeUIntBE(value, at, INTEGER_BYTES)
  }

  #stored(at: number): number {
    return this.#bytes.readUIntBE(at, INTEGER_BYTES)
  }
}
