import type { ArtifactId, EventEnvelope, FactKey, FactMeta } from '@mfm/core-types'
import { hasFactMeta, isPlainFact, runEventSchema } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { SecretGuard } from '@mfm/secrets'

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
 * `details.key`, which is left out where it looks like a secret
 */
export async function projectFacts(
  envelopes: AsyncIterable<EventEnvelope> | Iterable<EventEnvelope>,
): Promise<Map<FactKey, RecordedFact>> {
  const facts = new Map<FactKey, RecordedFact>()
  for await (const envelope of envelopes) addFact(facts, envelope)
  return facts
}

/**
 * One step of {@link projectFacts}: other events change nothing, a fact that is there already is accepted.
 *
 * @returns the fact that was added
 */
export function addFact(
  facts: Map<FactKey, RecordedFact>,
  envelope: EventEnvelope,
): RecordedFact | undefined {
  const { seq, event } = envelope
  if (event.type !== 'fact_recorded') return
  if (!isPlainFact(envelope) && !runEventSchema.safeParse(event).success) {
    throw new MfmError('fact_recorded_malformed', { details: { seq } })
  }
  const { key, payloadId } = event
  const before = facts.get(key)
  if (before === undefined) {
    const fact = { key, payloadId, meta: hasFactMeta(event.meta) ? event.meta : undefined, seq }
    facts.set(key, fact)
    return fact
  }
  if (before.payloadId !== payloadId) {
    throw new MfmError('fact_recorded_conflict', {
      message: `event ${seq} binds a key again, to another payload than event ${before.seq} did`,
      details: looksSecret(key) ? { seq } : { seq, key },
    })
  }
  return undefined
}

function looksSecret(key: FactKey): boolean {
  return new SecretGuard({ mode: 'refuse' }).scanText(key).length > 0
}
