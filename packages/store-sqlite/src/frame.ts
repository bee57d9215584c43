import type { ArtifactId, EventEnvelope, FactKey, PlainFact, RunId } from '@mfm/core-types'
import { isRunId } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import { damaged } from './damage.ts'
import { DIGEST_BYTES, FACT, INTEGER_BYTES, KIND, PART_HEADER_BYTES, TAG } from './frame-writer.ts'
import { readFact } from './read-fact.ts'
import { SEAL_BYTES, unseal } from './sealed.ts'

export interface StoredArtifact {
  readonly id: ArtifactId
  /** Absent where the bytes are in table `large`. A view of the frame. */
  readonly bytes: Buffer | undefined
}

/** An event as it is stored: JSON of its envelope, or a plain fact. */
export type StoredEvent = string | PlainFact

export type FramePart =
  | { readonly type: 'artifact'; readonly artifact: StoredArtifact }
  | { readonly type: 'binding'; readonly key: FactKey; readonly id: ArtifactId | undefined }
  | { readonly type: 'event'; readonly event: StoredEvent; readonly isBinding: boolean }

interface PartPlace {
  readonly tag: number
  readonly start: number
  readonly end: number
  /** Number of the event, where the part is one. */
  readonly seq: number
}

/** One row of the log, its checksum verified. The layout is described beside `TAG`. */
export class Frame {
  readonly row: number
  readonly run: RunId | undefined
  /** 0 where the frame holds no event. */
  readonly firstSeq: number
  readonly chain: number
  readonly #body: Buffer
  readonly #partsAt: number

  /** @throws MfmError `store_corruption` */
  constructor(row: number, stored: unknown) {
    const body = unsealFrame(row, stored)
    const length = body[SEAL_BYTES] ?? 0
    const runEnd = SEAL_BYTES + 1 + length
    this.row = row
    // Written from a checked run id, and unchanged since: the checksum says so.
    this.run = length === 0 ? undefined : (body.toString('latin1', SEAL_BYTES + 1, runEnd) as RunId)
    this.firstSeq = body.readUIntBE(runEnd, INTEGER_BYTES)
    this.chain = body.readUIntBE(runEnd + INTEGER_BYTES, INTEGER_BYTES)
    this.#body = body
    this.#partsAt = runEnd + 2 * INTEGER_BYTES
  }

  get bytes(): number {
    return this.#body.length
  }

  /** All parts in order. */
  *parts(): Generator<FramePart> {
    for (const place of this.#places()) yield this.#part(place)
  }

  /** In order. */
  events(): StoredEvent[] {
    const events: StoredEvent[] = []
    for (const place of this.#places()) if (isEvent(place.tag)) events.push(this.#event(place))
    return events
  }

  /** What the frame says of keys: each with its artifact, or `undefined` where it is bound no longer. */
  *bindings(): Generator<readonly [FactKey, ArtifactId | undefined]> {
    for (const part of this.parts()) {
      if (part.type === 'binding') yield [part.key, part.id]
      if (part.type !== 'event' || !part.isBinding) continue
      const { event } = envelopeOf(part.event)
      if (event.type === 'fact_recorded') yield [event.key, event.payloadId]
    }
  }

  artifact(id: ArtifactId): StoredArtifact | undefined {
    const digest = Buffer.from(id, 'hex')
    for (const { tag, start, end } of this.#places()) {
      if (!isArtifact(tag)) continue
      if (this.#body.compare(digest, 0, DIGEST_BYTES, start, start + DIGEST_BYTES) === 0) {
        return this.#artifact(tag, start, end)
      }
    }
    return undefined
  }

  #part(place: PartPlace): FramePart {
    const body = this.#body
    const { tag, start, end } = place
    if (isArtifact(tag)) return { type: 'artifact', artifact: this.#artifact(tag, start, end) }
    if (isEvent(tag)) {
      const binds = tag === TAG.fact && ((body[start] ?? 0) & FACT.binds) !== 0
      const isBinding = binds || tag === TAG.bindingEvent
      return { type: 'event', event: this.#event(place), isBinding }
    }
    const isBound = tag === TAG.bind
    if (!isBound && tag !== TAG.unbind) throw damaged('log', this.row, `has a part of kind ${tag}`)
    const id = isBound ? this.#digest(start) : undefined
    const keyAt = isBound ? start + DIGEST_BYTES : start
    return { type: 'binding', key: body.toString('utf8', keyAt, end), id }
  }

  #event({ tag, start, end, seq }: PartPlace): StoredEvent {
    const { run } = this
    if (tag !== TAG.fact) return this.#body.toString('utf8', start, end)
    if (run === undefined) throw damaged('log', this.row, 'holds a fact of no run')
    return readFact({ body: this.#body, start, end, runId: run, seq })
  }

  #artifact(tag: number, start: number, end: number): StoredArtifact {
    const kindAt = start + DIGEST_BYTES
    const kind = this.#body[kindAt] ?? 0
    const bytesAt = kindAt + 1 + (kind < KIND ? kind : 0)
    const bytes = tag === TAG.artifact ? this.#body.subarray(bytesAt, end) : undefined
    return { id: this.#digest(start), bytes }
  }

  #digest(start: number): ArtifactId {
    return this.#body.toString('hex', start, start + DIGEST_BYTES) as ArtifactId // 64 hex digits by length
  }

  *#places(): Generator<PartPlace> {
    const body = this.#body
    let at = this.#partsAt
    let seq = this.firstSeq
    while (at < body.length) {
      const tag = body[at] ?? 0
      const start = at + PART_HEADER_BYTES
      const end = start + body.readUInt32BE(at + 1)
      yield { tag, start, end, seq }
      if (isEvent(tag)) seq++
      at = end
    }
  }
}

/** As it was stored: a type of a later release matters to readers of the run alone. */
export function envelopeOf(stored: StoredEvent): EventEnvelope {
  return typeof stored === 'string' ? (JSON.parse(stored) as EventEnvelope) : stored
}

function unsealFrame(row: number, stored: unknown): Buffer {
  try {
    return unseal('log', row, stored)
  } catch (error) {
    if (!isMfmError(error) || !(stored instanceof Uint8Array)) throw error
    throw new MfmError('store_corruption', {
      message: error.message,
      details: { ...error.details, ...legible(Buffer.from(stored)) },
      cause: error,
    })
  }
}

/** What a damaged frame says of itself, for the reader of the error. */
function legible(body: Buffer): { readonly runId?: RunId; readonly seq?: number } {
  const runEnd = SEAL_BYTES + 1 + (body[SEAL_BYTES] ?? 0)
  const runId = body.toString('latin1', SEAL_BYTES + 1, runEnd)
  if (!isRunId(runId) || body.length < runEnd + INTEGER_BYTES) return {}
  return { runId, seq: body.readUIntBE(runEnd, INTEGER_BYTES) }
}

function isEvent(tag: number): boolean {
  return tag === TAG.event || tag === TAG.bindingEvent || tag === TAG.fact
}

function isArtifact(tag: number): boolean {
  return tag === TAG.artifact || tag === TAG.largeArtifact
}
