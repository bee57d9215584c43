import type { EncodedEvent } from '@mfm/adapter-kit'
import { sha256 } from '@mfm/canonical-json'
import type { RunId, RunSummary } from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { StoredMsg } from '@nats-io/jetstream'

/** Headers of the message that holds the events of one append. */
const FIRST = 'Mfm-First'
const ORIGIN = 'Mfm-Origin'
const SUMMARY = 'Mfm-Summary'
/** Digest of the body and of the headers that say what it is. The server keeps a checksum of its own, of what it was given. */
const DIGEST = 'Mfm-Digest'

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

/** The events of one append as a message. */
export interface AppendMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** @param before the append before, if there is one */
export function packAppend(
  events: readonly EncodedEvent[],
  before: AppendNote | undefined,
): AppendMessage {
  let summary = before?.summary
  for (const { envelope } of events) summary = foldRunSummary(summary, envelope)
  const first = String(events[0]?.envelope.seq)
  // Identifiers and numbers alone, so that it fits a header.
  const summaryText = JSON.stringify(summary)
  // JSON has no line breaks of its own.
  const body = Buffer.from(events.map(({ text }) => text).join('\n'))
  const headers = {
    [FIRST]: first,
    [ORIGIN]: String(before?.origin ?? 0),
    [SUMMARY]: summaryText,
    [DIGEST]: digestOf(first, summaryText, body),
  }
  return { headers, body }
}

function digestOf(first: string, summary: string, body: Uint8Array): string {
  return sha256(Buffer.concat([Buffer.from(`${first} ${summary}\n`), body]))
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
  throw damaged(runId, message, note.first)
}

/**
 * The texts of the events, the first of which is number `first`.
 *
 * @param read.body the whole body of the message, however it was carried; `undefined` where a part of it is missing
 * @param read.wanted number of the event that is read for
 * @throws MfmError `event_store_corruption`
 */
export function unpackAppend(
  runId: RunId,
  message: StoredMsg,
  { body, wanted }: { readonly body: Uint8Array | undefined; readonly wanted: number },
): readonly string[] {
  const { header } = message
  const digest = digestOf(header.get(FIRST), header.get(SUMMARY), body ?? new Uint8Array())
  if (body !== undefined && digest === header.get(DIGEST)) {
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8').split('\n')
  }
  throw damaged(runId, message, wanted)
}

function damaged(runId: RunId, message: StoredMsg, seq: number): MfmError {
  return new MfmError('event_store_corruption', {
    message: `the message at ${message.seq} of the events is not as it was written`,
    details: { runId, seq, place: message.seq },
  })
}
