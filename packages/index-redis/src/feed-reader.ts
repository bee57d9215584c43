import { setTimeout as delay } from 'node:timers/promises'
import { decodeEnvelope } from '@mfm/adapter-kit'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import type { RedisLink } from './redis-link.ts'

const PAGE = 100

/** What a reader of a feed is told. */
export type FeedItem =
  | { readonly kind: 'event'; readonly envelope: EventEnvelope }
  /** These events are not in the feed: trimmed, never published or too long. The event store has them. */
  | { readonly kind: 'missing'; readonly from: number; readonly to: number }
  /** Nothing came for a while, or Redis cannot be reached: the event store may know more. */
  | { readonly kind: 'quiet' }

export interface ReaderOptions {
  readonly link: RedisLink
  readonly run: RunId
  /** The key of the run's feed. */
  readonly key: string
  readonly from: number
  readonly quietMillis: number
  readonly signal: AbortSignal | undefined
}

interface Entry {
  readonly seq: number
  readonly text: string
}

/** Every event from a sequence on, once and in order; what is missing is told where it is missing. Never ends. */
export async function* readFeed(options: ReaderOptions): AsyncGenerator<FeedItem, never> {
  let next = options.from
  for (;;) {
    const entries = await entriesFrom(options, next)
    if (entries.length === 0) yield { kind: 'quiet' }
    for (const { seq, text } of entries) {
      const envelope = envelopeOf(options.run, seq, text)
      const missing = envelope === undefined ? seq : seq - 1
      if (missing >= next) yield { kind: 'missing', from: next, to: missing }
      if (envelope !== undefined) yield { kind: 'event', envelope }
      next = seq + 1
    }
  }
}

/** The store is asked for what cannot be decoded, and has the better error. */
function envelopeOf(run: RunId, seq: number, text: string): EventEnvelope | undefined {
  try {
    return text === '' ? undefined : decodeEnvelope(run, seq, text)
  } catch {
    return undefined
  }
}

/** Empty where nothing came or Redis is away; then it took about `quietMillis`. */
async function entriesFrom(options: ReaderOptions, next: number): Promise<readonly Entry[]> {
  const { link, key, quietMillis, signal } = options
  try {
    const found = await link.run(
      (client) =>
        client.xread('COUNT', PAGE, 'BLOCK', quietMillis, 'STREAMS', key, `${next - 1}-0`),
      { signal, millis: 2 * quietMillis },
    )
    const [stream] = found ?? []
    return (stream?.[1] ?? []).map(([id, fields]) => ({
      seq: Number(id.split('-', 1)[0]),
      text: fields[1] ?? '',
    }))
  } catch (error) {
    if (!isMfmError(error) || !error.retryable) throw error
    await delay(quietMillis, undefined, { signal }).catch(() => signal?.throwIfAborted())
    return []
  }
}
