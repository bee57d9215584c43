import type { EventEnvelope, FactRecorded, RunEvent, StateFailed } from '@mfm/core-types'
import { hasFactMeta } from '@mfm/core-types'
import { readDivergence } from '@mfm/engine'
import { jsonText } from './json-text.ts'
import { printable, shorten } from './printable.ts'
import { isoTime } from './times.ts'

const TYPE_WIDTH = 'history_summarized'.length
const PAYLOAD_LENGTH = 200

/** One event as one line; cut to `width` where a terminal has one. */
export function renderEvent({ seq, tsMillis, event }: EventEnvelope, width?: number): string {
  const parts = [
    String(seq).padStart(5),
    isoTime(tsMillis).padEnd(24),
    event.type.padEnd(TYPE_WIDTH),
    printable(describe(event)),
  ]
  const line = parts.join('  ').trimEnd()
  return width === undefined ? line : shorten(line, width)
}

function describe(event: RunEvent): string {
  switch (event.type) {
    case 'run_started':
      return `${event.opId} ${event.opVersion}`
    case 'state_entered':
    case 'state_completed':
      return `${event.stateId} #${event.attempt}`
    case 'state_failed':
      return `${event.stateId} #${event.attempt}  ${event.error.code}: ${event.error.message}${placeOf(event)}`
    case 'run_completed':
      return event.error === null ? event.status : `${event.status}  ${event.error.code}`
    case 'fact_recorded':
      return describeFact(event)
    case 'history_summarized':
      return `through ${event.throughSeq}`
    case 'domain':
      return `${event.name}  ${shorten(jsonText(event.payload), PAYLOAD_LENGTH)}`
  }
}

/** Where in the code a call diverged. */
function placeOf({ error }: StateFailed): string {
  const at = readDivergence(error.details)?.location.today
  return at == null ? '' : `  at ${at}`
}

function describeFact({ key, meta }: FactRecorded): string {
  if (!hasFactMeta(meta)) return `key ${key}`
  const { stateId, attempt, ordinal, namespace, outcome } = meta
  return `${stateId} #${attempt}.${ordinal}  ${namespace}  ${outcome}  ${key}`
}
