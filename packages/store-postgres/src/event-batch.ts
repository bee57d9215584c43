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
  readonly count: number
  /** In hex. */
  readonly digests: readonly string[]
  /** `$1` to `$7`, and `$8` for a run that is not there yet. */
  readonly values: readonly Value[]
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
  const isFirst = expected === 0
  const summary = foldAll(run, expected, events)
  return {
    run,
    expected,
    count: events.length,
    digests,
    values: [
      run,
      expected,
      binaryArray(
        'text',
        events.map(({ text }) => text),
      ),
      binaryArray(
        'bytea',
        digests.map((digest) => Buffer.from(digest, 'hex')),
      ),
      summary.opId,
      !isFirst && summary.phase === UNCHANGED ? null : summary.phase,
      summary.updatedAtMillis,
      ...(isFirst ? [summary.startedAtMillis] : []),
    ],
  }
}

/** No event leads to this phase, so it is there after a fold only where no event says anything of the phase. */
const UNCHANGED: RunPhase = 'recording'

/** What the events say of a run of which nothing is known; the statements keep what is `null`. */
function foldAll(runId: RunId, expected: number, events: readonly EncodedEvent[]): RunSummary {
  const before: RunSummary = {
    runId,
    headSeq: expected,
    opId: null,
    phase: UNCHANGED,
    startedAtMillis: null,
    updatedAtMillis: null,
  }
  let summary: RunSummary | undefined = expected === 0 ? undefined : before
  for (const { envelope } of events) summary = foldRunSummary(summary, envelope)
  return summary ?? before
}
