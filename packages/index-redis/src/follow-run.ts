import type { CallOptions, EventEnvelope, EventStore, RunId } from '@mfm/core-types'
import type { FeedItem } from './feed-reader.ts'

/** What {@link followRun} needs of a feed. */
export interface FeedSource {
  read(run: RunId, from?: number, options?: CallOptions): AsyncIterable<FeedItem>
}

export interface FollowOptions extends CallOptions {
  /** The first sequence; 0 and absent mean 1. */
  readonly from?: number | undefined
}

/**
 * Every event of a run from a sequence on, once and in order, first what is there and then what comes. The store is
 * the truth and the feed a shortcut: whatever the feed lost is read from the store, at the latest when it is quiet.
 *
 * @throws MfmError what the two throw; the reason of the signal
 *
 * @example
 * for await (const { seq, event } of followRun(stores.events, feed, runId, { signal })) console.log(seq, event.type)
 */
export async function* followRun(
  events: EventStore,
  feed: FeedSource,
  run: RunId,
  { from = 1, signal }: FollowOptions = {},
): AsyncGenerator<EventEnvelope, void> {
  let next = Math.max(1, from)
  async function* stored(): AsyncGenerator<EventEnvelope, void> {
    for await (const envelope of events.read(run, { from: next }, { signal })) {
      next = envelope.seq + 1
      yield envelope
    }
  }
  yield* stored()
  for await (const item of feed.read(run, next, { signal })) {
    const seq = item.kind === 'event' ? item.envelope.seq : Number.POSITIVE_INFINITY
    if (seq > next) yield* stored()
    // What the store does not have yet either, it has when the feed is quiet.
    if (item.kind === 'event' && seq === next) {
      next += 1
      yield item.envelope
    }
  }
}
