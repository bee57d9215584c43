import type { EncodedEvent } from '@mfm/adapter-kit'
import type { RunId, RunPhase, RunSummary } from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { binaryArray } from './binary-array.ts'
import { eventDigest } from './event-digest.ts'
import type { Value } from './statement.ts'

/** The server takes no message of 2^30 bytes or more. */
export const MAX_MESSAGE_BYTES = 900_000_000

/** Events to append, as the statements take them. */
export interface EventBatch {
  readonly run: RunId
  readonly expected: number
  readonly texts: readonly string[]
  readonly digests: readonly Buffer[]
  /** What a list says of the run from now on: `$5` to `$7`, and `$8` for a run that is not there yet. */
  readonly listed: readonly Value[]
}

/** @throws MfmError `payload_too_large` where no message could hold them */
export function eventBatch(
  run: RunId,
  expected: number,
  events: readonly EncodedEvent[],
): EventBatch {
  const size = events.reduce((sum, { text }) => sum + text.length * 3, 0)
  if (size > MAX_MESSAGE_BYTES) {
    throw new MfmError('payload_too_large', { details: { limit: MAX_MESSAGE_BYTES, size } })
  }
  const digests = events.map(({ envelope, text }) => eventDigest(run, envelope.seq, text))
  const texts = events.map(({ text }) => text)
  return { run, expected, texts, digests, listed: listed(run, expected, events) }
}

/** The values of a statement that appends many events. */
export function valuesOfMany({ run, expected, texts, digests, listed: last }: EventBatch): Value[] {
  return [run, expected, binaryArray('text', texts), binaryArray('bytea', digests), ...last]
}

/** The values of a statement that appends one event. */
export function valuesOfOne({ run, expected, texts, digests, listed: last }: EventBatch): Value[] {
  return [run, expected, ...texts, ...digests, ...last]
}

/** No event leads to this phase, so it is there after a fold only where no event says anything of the phase. */
const UNCHANGED: RunPhase = 'recording'

/** The statements keep what is `null` here. */
function listed(runId: RunId, expected: number, events: readonly EncodedEvent[]): readonly Value[] {
  const nothing: RunSummary = {
    runId,
    headSeq: expected,
    opId: null,
    phase: UNCHANGED,
    startedAtMillis: null,
    updatedAtMillis: null,
  }
  const isFirst = expected === 0
  let folded = isFirst ? undefined : nothing
  for (const { envelope } of events) folded = foldRunSummary(folded, envelope)
  const { opId, phase, startedAtMillis, updatedAtMillis } = folded ?? nothing
  if (isFirst) return [opId, phase, updatedAtMillis, startedAtMillis]
  return [opId, phase === UNCHANGED ? null : phase, updatedAtMillis]
}
