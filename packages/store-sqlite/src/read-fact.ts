import type { ArtifactId, Digest, PlainFact, RunId, StateId } from '@mfm/core-types'
import { DIGEST_BYTES, FACT, INTEGER_BYTES, OUTCOMES } from './frame-writer.ts'

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
  const digest = (): string => {
    at += DIGEST_BYTES
    return body.toString('hex', at - DIGEST_BYTES, at)
  }
  const textEnd = (): number => at + 1 + (body[at] ?? 0)

  const tsMillis = (flags & FACT.hasTime) === 0 ? null : integer()
  const prev = (flags & FACT.hasPrev) === 0 ? null : (digest() as Digest)
  const requestId = (flags & FACT.hasRequest) === 0 ? null : (digest() as ArtifactId)
  const payloadId = digest() as ArtifactId
  const attempt = integer()
  const ordinal = integer()
  const stateEnd = textEnd()
  const stateId = body.toString('latin1', at + 1, stateEnd) as StateId
  at = stateEnd
  const namespaceEnd = textEnd()
  const namespace = body.toString('utf8', at + 1, namespaceEnd)
  const key = body.toString('utf8', namespaceEnd, end)
  const meta = { v: 1, namespace, requestId, outcome, stateId, attempt, ordinal } as const
  const event = { type: 'fact_recorded', v: 1, key, payloadId, meta } as const
  return { runId, seq, tsMillis, prev, event }
}
