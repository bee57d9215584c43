import { checkRange, encodeEvents, failing } from '@mfm/adapter-kit'
import type { CallOptions, EventEnvelope, RunId } from '@mfm/core-types'
import { parseId } from '@mfm/errors'
import { ownClient } from './connect.ts'
import { FeedPublisher } from './feed-publisher.ts'
import type { FeedItem } from './feed-reader.ts'
import { readFeed } from './feed-reader.ts'
import type { CheckedFeedOptions } from './options.ts'
import { RedisLink } from './redis-link.ts'
import { feedKey } from './run-keys.ts'
import { untilAborted } from './until-aborted.ts'

/**
 * The latest events of runs, for whoever looks on. Lossy by design: events are trimmed, evicted, flushed, or never
 * published; a reader is told what is missing and asks the event store, as `followRun` does.
 */
export class RedisRunFeed implements AsyncDisposable {
  readonly #options: CheckedFeedOptions
  readonly #link: RedisLink
  readonly #publishers = new Map<RunId, FeedPublisher>()
  readonly #readers = new Set<RedisLink>()

  constructor(options: CheckedFeedOptions, link: RedisLink) {
    this.#options = options
    this.#link = link
  }

  /**
   * Publishes events of one run, numbered one after the other, that are durable in its event store. Publishing again
   * changes nothing. Where it rejects, readers find a gap; nothing depends on it.
   *
   * @throws MfmError `event_append_invalid`, `store_unavailable`, `store_timeout`, `store_closed`; the signal's reason
   */
  async publish(envelopes: readonly EventEnvelope[], { signal }: CallOptions = {}): Promise<void> {
    this.#link.requireOpen(signal)
    const [first] = envelopes
    if (first === undefined) return
    const run = parseId('run_id', first.runId)
    const events = encodeEvents(run, first.seq - 1, envelopes, Number.MAX_SAFE_INTEGER)
    const publisher = this.#publisherOf(run)
    this.#link.requireRoom(publisher.size)
    const published = publisher.add(events).finally(() => {
      if (publisher.size === 0) this.#publishers.delete(run)
    })
    await (signal === undefined ? published : untilAborted(published, signal))
  }

  /**
   * The events of a run from a sequence on (0 and absent mean 1), as they come, over a connection of its own. Ends by
   * its signal, an early `break` or `store_closed`; an outage of Redis is told as `quiet`.
   */
  read(run: RunId, from = 1, { signal }: CallOptions = {}): AsyncGenerator<FeedItem, void> {
    try {
      this.#link.requireOpen(signal)
      const runId = parseId('run_id', run)
      return this.#read(runId, Math.max(1, checkRange({ from }).from), signal)
    } catch (error) {
      return failing(error)
    }
  }

  /** Ends every reading too. */
  async close(): Promise<void> {
    await Promise.all([this.#link, ...this.#readers].map((link) => link.close()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async *#read(
    run: RunId,
    from: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FeedItem, void> {
    this.#link.requireOpen(signal)
    const { quietMillis, callMillis, prefix } = this.#options
    const client = ownClient(this.#options, Math.max(callMillis, 2 * quietMillis))
    const link = new RedisLink({ client, isOwned: true, callMillis, maxCalls: 1 })
    this.#readers.add(link)
    try {
      yield* readFeed({ link, run, key: feedKey(prefix, run), from, quietMillis, signal })
    } finally {
      this.#readers.delete(link)
      await link.close()
    }
  }

  #publisherOf(run: RunId): FeedPublisher {
    const known = this.#publishers.get(run)
    if (known !== undefined) return known
    const { prefix, maxEvents, keepMillis } = this.#options
    const key = feedKey(prefix, run)
    const publisher = new FeedPublisher({ link: this.#link, key, maxEvents, keepMillis })
    this.#publishers.set(run, publisher)
    return publisher
  }
}
