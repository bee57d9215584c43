import type { EventEnvelope, FactMeta, FactRecorded, RunEvent } from './events.ts'
import { isArtifactId, isDigest, isStateId } from './ids.ts'

const ENVELOPE_MEMBERS = ['runId', 'seq', 'tsMillis', 'prev', 'event']
const FACT_MEMBERS = ['type', 'v', 'key', 'payloadId', 'meta']
const META_MEMBERS = ['v', 'namespace', 'requestId', 'outcome', 'stateId', 'attempt', 'ordinal']

/** An envelope with a fact that says where it came from and has no attachments. */
export type PlainFact = EventEnvelope & {
  readonly event: FactRecorded & { readonly meta: FactMeta }
}

/**
 * Whether an envelope, its run and number checked before, holds a fact that the schema takes for certain. Most events
 * are such facts, and this takes a third of the schema's time; `false` says only that the schema has to judge.
 */
export function isPlainFact(envelope: EventEnvelope): envelope is PlainFact {
  const { tsMillis, prev, event } = envelope
  return (
    isPlain(envelope, ENVELOPE_MEMBERS) &&
    (tsMillis === null || isCount(tsMillis)) &&
    (prev === null || isDigest(prev)) &&
    isFact(event)
  )
}

function isFact(event: RunEvent): event is FactRecorded {
  return (
    isPlain(event, FACT_MEMBERS) &&
    event.type === 'fact_recorded' &&
    event.v === 1 &&
    typeof event.key === 'string' &&
    event.key.isWellFormed() &&
    isArtifactId(event.payloadId) &&
    isMeta(event.meta)
  )
}

function isMeta(given: FactRecorded['meta']): boolean {
  if (!isPlain(given, META_MEMBERS)) return false
  const { v, namespace, requestId, outcome, stateId, attempt, ordinal } = given as FactMeta // has its members
  return (
    v === 1 &&
    typeof namespace === 'string' &&
    namespace.isWellFormed() &&
    (requestId === null || isArtifactId(requestId)) &&
    (outcome === 'answered' || outcome === 'failed' || outcome === 'aborted') &&
    isStateId(stateId) &&
    isCount(attempt) &&
    isCount(ordinal)
  )
}

/** Whether a value is a plain object with exactly these members, in this order. */
function isPlain(value: unknown, members: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  const names = Object.keys(value)
  if (names.length !== members.length) return false
  for (let index = 0; index < names.length; index++) {
    if (names[index] !== members[index]) return false
  }
  return true
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
