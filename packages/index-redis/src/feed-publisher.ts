import type { EncodedEvent } from '@mfm/adapter-kit'
import type { RedisLink } from './redis-link.ts'

/**
 * Ids are sequence numbers, so Redis itself refuses an event that it has, or that comes after a later one. Both are
 * done: a reader finds the gap.
 */
const PUBLISH_SCRIPT = `
for i = 3, #ARGV, 2 do
  local added = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], ARGV[i] .. '-0', 'e', ARGV[i + 1])
  if type(added) == 'table' and added.err and not string.find(added.err, 'equal or smaller', 1, true) then
    return added
  end
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`
/** Longer events are published without their text: a reader gets them from the event store. */
const MAX_CHARACTERS = 64 * 1024
const MAX_EVENTS = 100

export interface PublisherOptions {
  readonly link: RedisLink
  /** The key of the run's feed. */
  readonly key: string
  readonly maxEvents: number
  readonly keepMillis: number
}

interface Waiting {
  readonly event: EncodedEvent
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** The writer of one run's feed: one command under way, so that no event overtakes another that is repeated. */
export class FeedPublisher {
  readonly #options: PublisherOptions
  readonly #waiting: Waiting[] = []
  #sending: Promise<void> | undefined

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  /** Events that are not published yet. */
  get size(): number {
    return this.#waiting.length
  }

  async add(events: readonly EncodedEvent[]): Promise<void> {
    const published = events.map(
      (event) =>
        new Promise<void>((resolve, reject) => this.#waiting.push({ event, resolve, reject })),
    )
    this.#sending ??= this.#sendAll()
    await Promise.all(published)
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_EVENTS)
      try {
        await this.#send(batch)
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
      this.#waiting.splice(0, batch.length)
    }
    this.#sending = undefined
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    const { link, key, maxEvents, keepMillis } = this.#options
    const entries = batch.flatMap(({ event: { envelope, text } }) => [
      envelope.seq,
      text.length > MAX_CHARACTERS ? '' : text,
    ])
    await link.run((client) =>
      client.eval(PUBLISH_SCRIPT, 1, key, maxEvents, keepMillis, ...entries),
    )
  }
}
