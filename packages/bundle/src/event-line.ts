import { artifactIdOf, canonicalize, decodeJsonArtifact, sha256 } from '@mfm/canonical-json'
import type { Digest, EventEnvelope, JsonValue, RunEventType, RunId } from '@mfm/core-types'
import { eventEnvelopeSchema, isDigest } from '@mfm/core-types'
import { decode, isMfmError, MfmError } from '@mfm/errors'
import { invalidBundle } from './problem.ts'

/** An event as a line of a bundle: its canonical JSON. The digest of the text is what the next event names. */
export interface EventLine {
  readonly envelope: EventEnvelope
  readonly text: Uint8Array
  readonly digest: Digest
}

export function encodeLine(envelope: EventEnvelope): EventLine {
  const text = Buffer.from(canonicalize(envelope))
  return { envelope, text, digest: sha256(text) }
}

/** @throws MfmError `bundle_invalid` with problem `event`; `event_unknown` */
export function decodeLine(text: Uint8Array, runId: RunId, seq: number): EventLine {
  const details = { runId, seq }
  try {
    const id = artifactIdOf(text)
    const document = decodeJsonArtifact(id, text)
    requireKnown(document, details)
    const what = `event ${seq} of run ${runId}`
    const envelope = decode(eventEnvelopeSchema, document, 'bundle_invalid', { what, details })
    return { envelope, text, digest: digestFrom(id) }
  } catch (cause) {
    if (!isMfmError(cause) || cause.code === 'event_unknown') throw cause
    const { message } = cause
    throw invalidBundle('event', { message, details: { ...cause.details, ...details }, cause })
  }
}

/** An event of a later release is not damage. */
function requireKnown(
  document: JsonValue,
  details: { readonly runId: RunId; readonly seq: number },
): void {
  const event = member(document, 'event')
  const [type, v] = [member(event, 'type'), member(event, 'v')]
  if (typeof type !== 'string' || typeof v !== 'number') return
  if (KNOWN_TYPES.has(type) && v === 1) return
  throw new MfmError('event_unknown', { details: { ...details, type: type.slice(0, 64), v } })
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  Object.keys({
    run_started: true,
    state_entered: true,
    state_completed: true,
    state_failed: true,
    run_completed: true,
    fact_recorded: true,
    history_summarized: true,
    domain: true,
  } satisfies Record<RunEventType, true>),
)

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return
  return (value as { readonly [name: string]: JsonValue })[name]
}

function digestFrom(id: string): Digest {
  if (!isDigest(id)) throw new MfmError('internal_error')
  return id
}
