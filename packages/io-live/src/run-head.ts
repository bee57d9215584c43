import { canonicalize, sha256 } from '@mfm/canonical-json'
import type { ArtifactId, Digest, EventEnvelope, PlainFact, RunEvent, RunId } from '@mfm/core-types'
import { isPlainFact } from '@mfm/core-types'

/** The last event that a writer has read and decided upon: where its next append must land. */
export interface RunHead {
  /** 0 before the first event. */
  readonly seq: number
  /** Digest of that event's envelope; `null` before the first event. */
  readonly digest: Digest | null
}

export const EMPTY_HEAD: RunHead = Object.freeze({ seq: 0, digest: null })

/** SHA-256 of the canonical envelope: what the next envelope names as `prev`. */
export function envelopeDigest(envelope: EventEnvelope): Digest {
  return sha256(isPlainFact(envelope) ? plainFactText(envelope) : canonicalize(envelope))
}

/** The same of an envelope that this writer has made, so that only its shape is in question. */
function ownDigest(envelope: EventEnvelope): Digest {
  return sha256(isShapedPlain(envelope) ? plainFactText(envelope) : canonicalize(envelope))
}

function isShapedPlain(envelope: EventEnvelope): envelope is PlainFact {
  const { event } = envelope
  return (
    event.type === 'fact_recorded' &&
    Object.keys(event.meta).length === PLAIN_META_MEMBERS &&
    event.key.isWellFormed()
  )
}

/** A fact without origin has fewer, and one that says more has more. */
const PLAIN_META_MEMBERS = 7

/** What `canonicalize` gives for most envelopes there are, in a third of its time. */
function plainFactText({ runId, seq, tsMillis, prev, event }: PlainFact): string {
  const { key, payloadId, meta } = event
  const { attempt, namespace, ordinal, outcome, requestId, stateId } = meta
  return `{"event":{"key":${JSON.stringify(key)},"meta":{"attempt":${attempt},"namespace":${JSON.stringify(namespace)},"ordinal":${ordinal},"outcome":"${outcome}","requestId":${quoted(requestId)},"stateId":"${stateId}","v":1},"payloadId":"${payloadId}","type":"fact_recorded","v":1},"prev":${quoted(prev)},"runId":${JSON.stringify(runId)},"seq":${seq},"tsMillis":${tsMillis}}`
}

function quoted(digest: Digest | ArtifactId | null): string {
  return digest === null ? 'null' : `"${digest}"`
}

/** Numbers events from a head on and links each to the one before. */
export function chainEvents(
  runId: RunId,
  head: RunHead,
  events: readonly RunEvent[],
  tsMillis: number | null,
): { readonly envelopes: EventEnvelope[]; readonly head: RunHead } {
  let { seq, digest } = head
  const envelopes = events.map((event): EventEnvelope => {
    seq += 1
    const envelope = { runId, seq, tsMillis, prev: digest, event }
    digest = ownDigest(envelope)
    return envelope
  })
  return { envelopes, head: { seq, digest } }
}
