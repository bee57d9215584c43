import type { EncodedEvent } from '@mfm/adapter-kit'
import type { RunId, RunSummary } from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { StoredMsg } from '@nats-io/jetstream'

/** Headers of the message that holds the events of one append. */
const FIRST = 'Mfm-First'
const ORIGIN = 'Mfm-Origin'
const SUMMARY = 'Mfm-Summary'

/** What the message of an append says besides its events. */
export interface AppendNote {
  /** Sequence in the stream. */
  readonly place: number
  /** Number of its first event. */
  readonly first: number
  /** Place of the first message of the run. */
  readonly origin: number
  /** Of the run, this append included. */
  readonly summary: RunSummary
}

/** @param before the append before, if there is one */
export function appendHeaders(
  events: readonly EncodedEvent[],
  before: AppendNote | undefined,
): Readonly<Record<string, string>> {
  let summary = before?.summary
  for (const { envelope } of events) summary = foldRunSummary(summary, envelope)
  return {
    [FIRST]: String(events[0]?.envelope.seq),
    [ORIGIN]: String(before?.origin ?? 0),
    // Identifiers and numbers alone, so that it fits a header.
    [SUMMARY]: JSON.stringify(summary),
  }
}

/** @throws MfmError `event_store_corruption` */
export function readNote(runId: RunId, message: StoredMsg): AppendNote {
  const origin = Number(message.header.get(ORIGIN))
  const note = {
    place: message.seq,
    first: Number(message.header.get(FIRST)),
    origin: origin === 0 ? message.seq : origin,
  }
  try {
    const summary: RunSummary = JSON.parse(message.header.get(SUMMARY))
    if (summary.runId === runId && summary.headSeq >= note.first) return { ...note, summary }
  } catch {
    // Said below.
  }
  throw new MfmError('event_store_corruption', {
    message: `the message at ${message.seq} is not one of run ${runId}`,
    details: { runId, seq: note.first, place: message.seq },
  })
}

/** JSON has no line breaks of its own. */
export function packEvents(events: readonly EncodedEvent[]): Uint8Array {
  return Buffer.from(events.map(({ text }) => text).join('\n'))
}

export function unpackEvents(body: Uint8Array): readonly string[] {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8').split('\n')
}
