import { artifactIdOf, canonicalize, decodeJsonArtifact } from '@mfm/canonical-json'
import type { EventEnvelope, JsonValue, PlainFact, RunEventType, RunId } from '@mfm/core-types'
import { eventEnvelopeSchema, isPlainFact } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'

/** Whether an event of a type may hold JSON of any shape. */
const HOLDS_FREE_JSON: ReadonlyMap<string, boolean> = new Map(
  Object.entries({
    run_started: false,
    state_entered: false,
    state_completed: false,
    state_failed: true,
    run_completed: true,
    fact_recorded: false,
    history_summarized: false,
    domain: true,
  } satisfies Record<RunEventType, boolean>),
)
const KNOWN_VERSION = 1
/** Perhaps an integer that a double would round. */
const LONG_INTEGER = /[:,[]-?\d{16}/
/** More than the JSON of a plain fact takes beside its key and its namespace. */
const PLAIN_FACT_LENGTH = 1000
/** The longest escape of a UTF-16 unit: `\u001f`. */
const ESCAPE_LENGTH = 6

/** An event ready to be stored. */
export interface EncodedEvent {
  /** A copy as far down as there are members of its own. */
  readonly envelope: EventEnvelope
  /** JSON of the envelope. */
  readonly text: string
  /** The envelope where it is a plain fact, which a store may write in a shorter form. */
  readonly fact?: PlainFact | undefined
}

/**
 * Checks the events of an append, in the order that the port demands, and encodes them.
 *
 * @throws MfmError `event_append_invalid`; whatever `canonicalize` refuses; `payload_too_large`
 */
export function encodeEvents(
  run: RunId,
  expectedSeq: number,
  events: readonly EventEnvelope[],
  maxPayloadBytes: number,
): EncodedEvent[] {
  if (!Array.isArray(events)) throw invalid(run, 'the events are not an array')
  events.forEach((envelope: Partial<EventEnvelope> | undefined, index) => {
    const seq = expectedSeq + index + 1
    if (envelope?.runId !== run) throw invalid(run, `the event at index ${index} names another run`)
    if (envelope.seq !== seq) throw invalid(run, `the event at index ${index} is not number ${seq}`)
  })
  return events.map((envelope) => encodeEnvelope(envelope, maxPayloadBytes))
}

function invalid(runId: RunId, problem: string): MfmError {
  return new MfmError('event_append_invalid', { message: problem, details: { runId } })
}

function encodeEnvelope(given: EventEnvelope, maxPayloadBytes: number): EncodedEvent {
  if (isPlainFact(given)) return encodePlainFact(given, maxPayloadBytes)
  const what = 'an event to append'
  const envelope = decode(eventEnvelopeSchema, given, 'event_append_invalid', { what })
  const text = envelopeJson(envelope)
  if (text.length * 3 > maxPayloadBytes) requireSize(envelope, text, maxPayloadBytes)
  return { envelope, text }
}

function encodePlainFact(given: PlainFact, maxPayloadBytes: number): EncodedEvent {
  const { event } = given
  const encoded = new EncodedFact({ ...given, event: { ...event, meta: { ...event.meta } } })
  const free = event.key.length + event.meta.namespace.length
  if ((free * ESCAPE_LENGTH + PLAIN_FACT_LENGTH) * 3 > maxPayloadBytes) {
    requireSize(encoded.envelope, encoded.text, maxPayloadBytes)
  }
  return encoded
}

/** Its JSON is made when it is asked for. */
class EncodedFact implements EncodedEvent {
  readonly fact: PlainFact
  #text: string | undefined

  constructor(fact: PlainFact) {
    this.fact = fact
  }

  get envelope(): EventEnvelope {
    return this.fact
  }

  get text(): string {
    this.#text ??= envelopeJson(this.fact)
    return this.#text
  }
}

/** Without free JSON there are only strings, numbers and `null` left, for which the fast writer is exact. */
function envelopeJson(envelope: EventEnvelope): string {
  if (HOLDS_FREE_JSON.get(envelope.event.type) === false) {
    const text = JSON.stringify(envelope)
    if (!text.includes('\\ud')) return text // else perhaps a lone surrogate, which JSON.stringify escapes
  }
  return canonicalize(envelope as unknown as JsonValue) // judged by canonicalize itself
}

function requireSize({ event }: EventEnvelope, text: string, limit: number): void {
  const payload = event.type === 'domain' ? canonicalize(event.payload) : text
  const size = Buffer.byteLength(payload)
  if (size > limit) throw new MfmError('payload_too_large', { details: { limit, size } })
}

/**
 * The envelope that {@link encodeEvents} stored. Integers beyond 2^53 in free JSON come back as `bigint`, up to 64 bits.
 *
 * @throws MfmError `event_unknown`, `event_store_corruption`
 */
export function decodeEnvelope(run: RunId, seq: number, text: string): EventEnvelope {
  // What was stored had been checked; the checks here are for what a later release may have stored.
  const envelope = JSON.parse(text) as EventEnvelope
  const { type, v } = envelope.event
  const holdsFreeJson = HOLDS_FREE_JSON.get(type)
  if (holdsFreeJson === undefined || v !== KNOWN_VERSION) {
    throw new MfmError('event_unknown', { details: { runId: run, seq, type, v } })
  }
  if (envelope.runId !== run || envelope.seq !== seq) {
    throw new MfmError('event_store_corruption', { details: { runId: run, seq } })
  }
  if (!holdsFreeJson || !(LONG_INTEGER.test(text) || text.includes('\\'))) return envelope
  // Such events are stored as canonical JSON, so they can be read as a document that proves itself. An escape asks
  // for it too: JSON.parse may give a wrong member name where names of other objects hold escapes (nodejs/node#63785).
  return decodeJsonArtifact(artifactIdOf(text), Buffer.from(text)) as unknown as EventEnvelope
}
