import { bytesArtifact, decodeJsonArtifact, jsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  FactKey,
  FactOutcome,
  JsonValue,
  NewArtifact,
  NumberProfile,
  StreamDelivery,
  StreamEnd,
  StreamedPayload,
} from '@mfm/core-types'
import { streamDeliverySchema, streamedPayloadSchema } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'

/** When a part of a streamed answer, its head or a chunk, was given to the program. */
export interface StreamPlace {
  /** Facts of the attempt before it. */
  readonly facts: number
  /** Parts of streamed answers of the attempt before it. */
  readonly parts: number
}

export interface StreamChunk extends StreamPlace {
  readonly bytes: Uint8Array
  /** Since the caller had the head. */
  readonly millis: number
}

/** A streamed answer, as far as its caller had it. */
export interface StreamedAnswer extends StreamEnd {
  readonly response: JsonValue
  readonly head: StreamPlace
  readonly chunks: readonly StreamChunk[]
}

/** A streamed answer as documents: the payload of its fact, and its attachments. */
export interface StreamedDocuments {
  readonly payload: NewArtifact
  readonly body: NewArtifact
  /** Apart from the payload, so that answers with one content have one payload. */
  readonly delivery: NewArtifact
}

/** How the call ended, by how its body did. */
export const STREAM_OUTCOMES: Readonly<Record<StreamEnd['ended'], FactOutcome>> = {
  complete: 'answered',
  error: 'failed',
  aborted: 'aborted',
}

/** @throws MfmError `json_not_representable` and the like, where the response has no form under the profile */
export function encodeStreamedAnswer(
  { response, head, chunks, ended, error }: StreamedAnswer,
  numbers: NumberProfile | undefined,
): StreamedDocuments {
  const body = bytesArtifact('attachment', Buffer.concat(chunks.map(({ bytes }) => bytes)))
  const payload: StreamedPayload = {
    kind: 'streamed_answer',
    v: 1,
    response,
    body: { artifact: body.id, bytes: body.bytes.length },
    ended,
    error,
  }
  const delivery: StreamDelivery = {
    kind: 'stream_delivery',
    v: 1,
    head: [head.facts, head.parts],
    chunks: chunks.map(({ bytes, millis, facts, parts }) => [bytes.length, millis, facts, parts]),
  }
  return {
    payload: jsonArtifact('fact_payload', payload, { numbers }),
    body,
    delivery: jsonArtifact('attachment', delivery),
  }
}

/** Tells the payload of a streamed answer from that of a failed call. */
export function isStreamedAnswer(payload: JsonValue): boolean {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'kind' in payload &&
    payload['kind'] === 'streamed_answer'
  )
}

/**
 * Reads a streamed answer back.
 *
 * @param attachments of its fact; none for a fact without origin, whose body comes in one piece
 * @throws MfmError `fact_payload_decode_failed`; `artifact_corruption`; what `read` throws
 */
export async function decodeStreamedAnswer(
  payload: JsonValue,
  attachments: readonly ArtifactId[],
  read: (id: ArtifactId) => Promise<Uint8Array>,
): Promise<StreamedAnswer> {
  const { response, body, ended, error } = decode(
    streamedPayloadSchema,
    payload,
    'fact_payload_decode_failed',
    { what: 'the payload of a streamed answer' },
  )
  const [bodyId, deliveryId] = attachments
  const isWithoutOrigin = attachments.length === 0
  if (!isWithoutOrigin && bodyId !== body.artifact) throw inconsistent()
  const [bytes, delivery] = await Promise.all([
    read(body.artifact),
    isWithoutOrigin ? deliveryAtOnce(body.bytes) : readDelivery(deliveryId, read),
  ])
  if (bytesArtifact('attachment', bytes).id !== body.artifact) {
    throw new MfmError('artifact_corruption', { details: { expected: body.artifact } })
  }
  const [facts, parts] = delivery.head
  const chunks = cut(bytes, delivery.chunks)
  return { response, head: { facts, parts }, chunks, ended, error }
}

async function readDelivery(
  id: ArtifactId | undefined,
  read: (id: ArtifactId) => Promise<Uint8Array>,
): Promise<StreamDelivery> {
  if (id === undefined) throw inconsistent()
  const document = decodeJsonArtifact(id, await read(id))
  return decode(streamDeliverySchema, document, 'fact_payload_decode_failed', {
    what: 'the delivery of a streamed answer',
  })
}

/** Of a fact without origin, which does not say how it came. */
function deliveryAtOnce(bytes: number): StreamDelivery {
  return {
    kind: 'stream_delivery',
    v: 1,
    head: [0, 0],
    chunks: bytes === 0 ? [] : [[bytes, 0, 0, 0]],
  }
}

function cut(bytes: Uint8Array, rows: StreamDelivery['chunks']): StreamChunk[] {
  let offset = 0
  const chunks = rows.map(([length, millis, facts, parts]) => {
    const chunk = bytes.subarray(offset, offset + length)
    offset += length
    return { bytes: chunk, millis, facts, parts }
  })
  if (offset !== bytes.length) throw inconsistent()
  return chunks
}

/** The error for a key that is asked for while a streamed answer that is to be bound to it is open. */
export function streamOpenError(key: FactKey): MfmError {
  return new MfmError('stream_open', {
    message: `the fact ${JSON.stringify(key)} is asked for while its streamed answer is open`,
    details: { key },
  })
}

function inconsistent(): MfmError {
  return new MfmError('fact_payload_decode_failed', {
    message: 'the payload of a streamed answer, its body and its delivery do not belong together',
  })
}
