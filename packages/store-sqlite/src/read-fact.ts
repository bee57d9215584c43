import type { ArtifactId, Digest, PlainFact, RunId, StateId } from '@mfm/core-types'
import {
  callPrefix,
  DIGEST_BYTES,
  FACT,
  INTEGER_BYTES,
  OUTCOMES,
  PLACE_BYTES,
} from './frame-writer.ts'

/** Where a plain fact stands in a frame whose checksum is verified, and what the frame says of it. */
export interface FactPlace {
  readonly body: Buffer
  readonly start: number
  readonly end: number
  readonly runId: RunId
  readonly seq: number
}

/** The envelope that `FrameWriter.fact` wrote. Casts are to what was checked before it was written. */
export function readFact({ body, start, end, runId, seq }: FactPlace): PlainFact {
  const flags = body[start] ?? 0
  const outcome = OUTCOMES[body[start + 1] ?? 0] ?? 'answered'
  let at = start + 2
  const integer = (): number => {
    at += INTEGER_BYTES
    return body.readUIntBE(at - INTEGER_BYTES, INTEGER_BYTES)
  }
  const digest = (isPlace: boolean): string => {
    const from = isPlace ? body.readUInt16BE(at) : at
    at += isPlace ? PLACE_BYTES : DIGEST_BYTES
    return body.toString('hex', from, from + DIGEST_BYTES)
  }
  const textEnd = (): number => at + 1 + (body[at] ?? 0)
  const has = (flag: number): boolean => (flags & flag) !== 0

  const tsMillis = has(FACT.hasTime) ? integer() : null
  const prev = has(FACT.hasPrev) ? (digest(false) as Digest) : null
  const requestId = has(FACT.hasRequest) ? (digest(has(FACT.requestInFrame)) as ArtifactId) : null
  const payloadId = digest(has(FACT.payloadInFrame)) as ArtifactId
  const attempt = integer()
  const ordinal = integer()
  const stateEnd = textEnd()
  const stateId = body.toString('latin1', at + 1, stateEnd) as StateId
  at = stateEnd
  const namespaceEnd = textEnd()
  const namespace = body.toString('utf8', at + 1, namespaceEnd)
  at = namespaceEnd
  const rest = body.toString('utf8', at, end)
  const meta = { v: 1, namespace, requestId, outcome, stateId, attempt, ordinal } as const
  const key = has(FACT.isCall) ? callPrefix(meta) + requestId + rest : rest
  const event = { type: 'fact_recorded', v: 1, key, payloadId, meta } as const
  return { runId, seq, tsMillis, prev, event }
}
