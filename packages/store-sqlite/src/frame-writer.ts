import type {
  ArtifactId,
  ArtifactKind,
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
 * A kind is a byte that says its place among {@link KINDS}, or its length and ASCII. Integers are big-endian; rows,
 * sequence numbers and sizes take six bytes.
 */
export const TAG = {
  /** Digest, kind, bytes. */
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
export const FACT = {
  binds: 1,
  hasTime: 2,
  hasPrev: 4,
  hasRequest: 8,
  /** The key begins as {@link callPrefix} says, followed by the digest of the request. */
  isCall: 16,
  /** A document in the frame before it has the digest; its place in the frame stands for it, in two bytes. */
  payloadInFrame: 32,
  requestInFrame: 64,
} as const
/** Kinds that take one byte: {@link KIND} and more. Only ever added to. */
const KINDS: readonly ArtifactKind[] = [
  ...['manifest', 'context_snapshot', 'fact_request', 'fact_payload', 'attachment'],
  ...['history_summary', 'output'],
]
/** A longer kind than any has. */
export const KIND = 128
/** What a plain fact's outcome is written as. */
export const OUTCOMES: readonly FactMeta['outcome'][] = ['answered', 'failed', 'aborted']

export const DIGEST_BYTES = 32
export const INTEGER_BYTES = 6
export const PART_HEADER_BYTES = 5
/** Of a digest in the frame. */
export const PLACE_BYTES = 2

const SCRATCH_BYTES = 16_384
const KEPT_BYTES = 2 ** 20
const MAX_INTEGER = 2 ** (8 * INTEGER_BYTES) - 1
const MAX_PLACE = 2 ** (8 * PLACE_BYTES) - 1
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

/** How keys begin that are made of a call; a key that begins otherwise is written out. */
export function callPrefix({
  namespace,
  stateId,
}: Pick<FactMeta, 'namespace' | 'stateId'>): string {
  return `mfm:${namespace}|state:${stateId}|req:`
}

/** What the facts of one state have in common, as it is written. */
interface Origin {
  readonly namespace: string
  readonly stateId: string
  readonly keyPrefix: string
  /** State and namespace, each with a length byte. */
  readonly bytes: Uint8Array
}

function originOf({ namespace, stateId }: FactMeta): Origin {
  const texts = [Buffer.from(stateId, 'latin1'), Buffer.from(namespace)]
  const bytes = Buffer.concat(texts.flatMap((text) => [Buffer.of(text.length), text]))
  return { namespace, stateId, keyPrefix: callPrefix({ namespace, stateId }), bytes }
}

/** Builds frames one after the other in a buffer that it keeps. */
export class FrameWriter {
  #bytes = Buffer.allocUnsafe(SCRATCH_BYTES)
  #run: RunId | undefined
  #size = 0
  #integersAt = 0
  /** Documents of the frame, and where their digests are. */
  readonly #documents: ArtifactId[] = []
  readonly #places: number[] = []
  /** Of the last fact: mostly that of the next one. */
  #origin: Origin | undefined

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
    this.#documents.length = 0
    this.#places.length = 0
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
    this.#document(id, kind)
    this.#bytes.set(bytes, this.#size)
    this.#size += bytes.length
    this.#close(start)
  }

  largeArtifact({ id, kind, bytes }: NewArtifact): void {
    const start = this.#open(TAG.largeArtifact, DIGEST_BYTES + 1 + kind.length + INTEGER_BYTES)
    this.#document(id, kind)
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
   * A fact that {@link isCompact} takes, in a fifth of the bytes of its JSON. Its run and number are the frame's.
   *
   * Flags and outcome, a byte each; milliseconds and digest of the event before, each where a flag says so; digest or
   * place of the request, where there is one, and of the payload; attempt; ordinal; state and namespace, each with a
   * length byte; key, or what comes after the request in it. So most rows fit a page eight times.
   */
  fact({ tsMillis, prev, event }: PlainFact, isBinding: boolean): void {
    const { key, payloadId, meta } = event
    const { requestId } = meta
    const start = this.#open(TAG.fact, FACT_BYTES + key.length * 3)
    const { keyPrefix, bytes: origin } = this.#originOf(meta)
    const isCall =
      requestId !== null && key.startsWith(keyPrefix) && key.startsWith(requestId, keyPrefix.length)
    const payloadAt = this.#placeOf(payloadId)
    const requestAt = requestId === null ? 0 : this.#placeOf(requestId)
    this.#bytes[this.#size++] =
      (isBinding ? FACT.binds : 0) |
      (tsMillis === null ? 0 : FACT.hasTime) |
      (prev === null ? 0 : FACT.hasPrev) |
      (requestId === null ? 0 : FACT.hasRequest) |
      (isCall ? FACT.isCall : 0) |
      (payloadAt === 0 ? 0 : FACT.payloadInFrame) |
      (requestAt === 0 ? 0 : FACT.requestInFrame)
    this.#bytes[this.#size++] = OUTCOMES.indexOf(meta.outcome)
    if (tsMillis !== null) this.#integer(tsMillis)
    if (prev !== null) this.#digest(prev)
    if (requestId !== null) this.#digestOrPlace(requestId, requestAt)
    this.#digestOrPlace(payloadId, payloadAt)
    this.#integer(meta.attempt)
    this.#integer(meta.ordinal)
    this.#bytes.set(origin, this.#size)
    this.#size += origin.length
    const rest = isCall ? key.slice(keyPrefix.length + requestId.length) : key
    if (rest !== '') this.#size += this.#bytes.write(rest, this.#size)
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

  #text(text: string): void {
    const length = this.#bytes.write(text, this.#size + 1, 'latin1')
    this.#bytes[this.#size] = length
    this.#size += 1 + length
  }

  #originOf(meta: FactMeta): Origin {
    const last = this.#origin
    if (last?.stateId === meta.stateId && last.namespace === meta.namespace) return last
    this.#origin = originOf(meta)
    return this.#origin
  }

  #document(id: ArtifactId, kind: ArtifactKind): void {
    if (this.#size <= MAX_PLACE) {
      this.#documents.push(id)
      this.#places.push(this.#size)
    }
    this.#digest(id)
    const known = KINDS.indexOf(kind)
    if (known === -1) this.#text(kind)
    else this.#bytes[this.#size++] = KIND + known
  }

  /** 0 where the document is not in the frame. */
  #placeOf(id: ArtifactId): number {
    const index = this.#documents.indexOf(id)
    return index === -1 ? 0 : (this.#places[index] ?? 0)
  }

  #digestOrPlace(id: ArtifactId, place: number): void {
    if (place === 0) this.#digest(id)
    else this.#size = this.#bytes.writeUInt16BE(place, this.#size)
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
