import type { CheckedRange } from '@mfm/adapter-kit'
import { decodeEnvelope } from '@mfm/adapter-kit'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import { damaged } from './damage.ts'
import type { Journal } from './journal.ts'
import { PREFETCHED_ROWS } from './log.ts'
import type { Claim } from './shared-file.ts'

/** A page ends soon after it has reached either. */
const PAGE_EVENTS = 256
const PAGE_BYTES = 2 ** 20

export interface EventReading extends CheckedRange {
  readonly runId: RunId
  /** The run's head when the reading began, where it could be read at once. */
  readonly head: number | undefined
}

/** Yields events page by page. Nothing is held in the file between pages. */
export async function* readEvents(
  claim: Claim,
  signal: AbortSignal | undefined,
  { runId, from, to, head }: EventReading,
): AsyncGenerator<EventEnvelope, void> {
  let seq = Math.max(from, 1)
  const last = Math.min(to, head ?? (await readHead(claim, signal, runId)))
  while (seq <= last) {
    claim.requireOpen(signal)
    const page = await readPage(claim, signal, { runId, from: seq, to: last })
    for (const envelope of page) {
      signal?.throwIfAborted()
      yield envelope
    }
    seq += page.length
  }
}

export async function readHead(
  { backend }: Claim,
  signal: AbortSignal | undefined,
  runId: RunId,
): Promise<number> {
  try {
    return await backend.read(signal, (journal) => journal.run(runId).head)
  } catch (error) {
    throw eventDamage(error, runId)
  }
}

async function readPage(
  { backend }: Claim,
  signal: AbortSignal | undefined,
  { runId, from, to }: CheckedRange & { readonly runId: RunId },
): Promise<EventEnvelope[]> {
  try {
    return await backend.read(signal, (journal) => collectPage(journal, runId, { from, to }))
  } catch (error) {
    throw eventDamage(error, runId, from)
  }
}

/** At least one event of the range, which is not empty and not beyond the head. */
function collectPage(journal: Journal, runId: RunId, { from, to }: CheckedRange): EventEnvelope[] {
  const run = journal.run(runId)
  const page: EventEnvelope[] = []
  let bytes = 0
  try {
    while (from + page.length <= to && page.length < PAGE_EVENTS && bytes < PAGE_BYTES) {
      const places = journal.eventPlaces(run, from + page.length).slice(0, PREFETCHED_ROWS)
      journal.log.prefetch(places.map(({ row }) => row))
      for (const { row } of places) {
        if (from + page.length > to || bytes >= PAGE_BYTES) break
        bytes += readFrame(journal, row, { runId, from, to, page })
      }
    }
  } catch (error) {
    // What is whole before the damage is delivered; the next page begins with the damage.
    if (page.length === 0) throw error
  }
  return page
}

interface OpenPage extends CheckedRange {
  readonly runId: RunId
  readonly page: EventEnvelope[]
}

/** Adds the events of one frame to the page; gives the size of the frame. */
function readFrame(journal: Journal, row: number, { runId, from, to, page }: OpenPage): number {
  const frame = journal.log.frame(row)
  const wanted = from + page.length
  let seq = frame.firstSeq
  if (frame.run !== runId || seq > wanted)
    throw damaged('log', row, `does not hold event ${wanted}`)
  for (const stored of frame.events()) {
    if (seq >= wanted && seq <= to) {
      page.push(typeof stored === 'string' ? decodeEnvelope(runId, seq, stored) : stored)
    }
    seq++
  }
  if (seq <= wanted) throw damaged('log', row, `does not hold event ${wanted}`)
  return frame.bytes
}

/**
 * Damage met while serving a run, in the words of the event store; any other error as it is. Where it was not met at
 * an event that was asked for, the error names what the damaged part says of itself.
 */
export function eventDamage(error: unknown, runId: RunId, seq?: number): unknown {
  if (!hasCode(error, 'store_corruption')) return error
  return new MfmError('event_store_corruption', {
    message: error.message,
    details: seq === undefined ? { runId, ...error.details } : { ...error.details, runId, seq },
    cause: error,
  })
}
