import type { ArtifactId, EventEnvelope, FactKey, FactMeta, FactRecorded } from '@mfm/core-types'
import { hasFactMeta, isArtifactId, isStateId, runEventSchema } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** A fact as the stream binds it. */
export interface RecordedFact {
  readonly key: FactKey
  readonly payloadId: ArtifactId
  /** Where it came from; `undefined` where the stream does not say. */
  readonly meta: FactMeta | undefined
  readonly seq: number
}

/**
 * The facts of a stream by key, in the order they were recorded.
 *
 * @throws MfmError `fact_recorded_malformed` with `details.seq`; `fact_recorded_conflict` with `details.seq` and
 * `details.key`
 */
export async function projectFacts(
  envelopes: AsyncIterable<EventEnvelope> | Iterable<EventEnvelope>,
): Promise<Map<FactKey, RecordedFact>> {
  const facts = new Map<FactKey, RecordedFact>()
  for await (const envelope of envelopes) addFact(facts, envelope)
  return facts
}

/**
 * The usual fact, judged without the schema: a replay does this once per fact. What it does not recognise is left to
 * the schema, so it can only be too strict.
 */
function isPlainFact(event: FactRecorded): boolean {
  const { v, key, payloadId, meta } = event
  if (Object.keys(event).length !== EVENT_MEMBERS || v !== 1 || !hasFactMeta(meta)) return false
  if (typeof key !== 'string' || !key.isWellFormed() || !isArtifactId(payloadId)) return false
  const { requestId, attempt, ordinal, attachments } = meta
  return (
    Object.keys(meta).length === META_MEMBERS &&
    meta.v === 1 &&
    typeof meta.namespace === 'string' &&
    (requestId === null || isArtifactId(requestId)) &&
    meta.outcome === 'answered' &&
    isStateId(meta.stateId) &&
    isCount(attempt) &&
    isCount(ordinal) &&
    attachments === undefined
  )
}

const EVENT_MEMBERS = 5
/** Of a meta without attachments. */
const META_MEMBERS = 7

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

/** One step of {@link projectFacts}: other events change nothing, a fact that is there already is accepted once. */
export function addFact(facts: Map<FactKey, RecordedFact>, { seq, event }: EventEnvelope): void {
  if (event.type !== 'fact_recorded') return
  if (!isPlainFact(event) && !runEventSchema.safeParse(event).success) {
    throw new MfmError('fact_recorded_malformed', { details: { seq } })
  }
  const { key, payloadId } = event
  const before = facts.get(key)
  if (before === undefined) {
    facts.set(key, { key, payloadId, meta: hasFactMeta(event.meta) ? event.meta : undefined, seq })
  } else if (before.payloadId !== payloadId) {
    throw new MfmError('fact_recorded_conflict', {
      message: `event ${seq} binds a key again, to another payload than event ${before.seq} did`,
      details: { seq, key },
    })
  }
}
