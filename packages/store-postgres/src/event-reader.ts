import type { CheckedRange } from '@mfm/adapter-kit'
import { decodeEnvelope } from '@mfm/adapter-kit'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import type { Claim } from './claim.ts'
import { eventDigest } from './event-digest.ts'
import type { EventStatements, PageRow } from './event-sql.ts'
import { hexOf } from './statement.ts'

/** Events of a range in a row, as they are stored, and the head when they were read. */
export interface EventPage {
  readonly head: number
  readonly rows: readonly PageRow[]
}

export interface EventSource {
  readonly claim: Claim
  readonly statements: EventStatements
  readonly runId: RunId
  readonly signal: AbortSignal | undefined
}

/**
 * Some of the events of a range, from its beginning on, and none only where there are none. No connection is held when
 * it resolves.
 *
 * @throws MfmError `event_store_corruption` where the head says that there are some
 */
export function readPage(
  { claim, statements, runId, signal }: EventSource,
  { from, to }: CheckedRange,
): Promise<EventPage> {
  return claim.call({ signal }, async (call) => {
    const { rows } = await claim.database.run(call, statements.page, [runId, from, to])
    const head = Number(rows[0]?.head ?? 0)
    const found = rows.filter(({ seq }) => seq !== null)
    if (found.length === 0 && from <= Math.min(to, head)) throw damagedAt(runId, from)
    return { head, rows: found }
  })
}

/** Yields the events of a range, up to the head that the first page tells. */
export async function* readEvents(
  source: EventSource,
  { from, to }: CheckedRange,
  firstPage: Promise<EventPage>,
): AsyncGenerator<EventEnvelope, void> {
  const first = await firstPage
  const last = Math.min(to, first.head)
  let { rows } = first
  let next = from
  for (;;) {
    yield* decoded(source, next, rows)
    next += rows.length
    if (next > last) return
    ;({ rows } = await readPage(source, { from: next, to: last }))
  }
}

/**
 * The events of a page, each proven.
 *
 * @throws MfmError `event_store_corruption` at the first that is missing or damaged; those before it were given
 */
export function* decoded(
  { claim, runId, signal }: EventSource,
  from: number,
  rows: readonly PageRow[],
): Generator<EventEnvelope, void> {
  let expected = from
  for (const { seq, body, digest } of rows) {
    claim.requireOpen(signal)
    const isWhole =
      Number(seq) === expected &&
      hexOf(digest ?? '') === eventDigest(runId, expected, body ?? '').toString('hex')
    if (!isWhole) throw damagedAt(runId, expected)
    yield decodedEvent(runId, expected, body ?? '')
    expected++
  }
}

function decodedEvent(runId: RunId, seq: number, body: string): EventEnvelope {
  try {
    return decodeEnvelope(runId, seq, body)
  } catch (error) {
    throw isMfmError(error) ? error : damagedAt(runId, seq, error)
  }
}

function damagedAt(runId: RunId, seq: number, cause?: unknown): MfmError {
  return new MfmError('event_store_corruption', {
    message: `event ${seq} of run ${runId} is missing or not as it was written`,
    details: { runId, seq },
    cause,
  })
}
