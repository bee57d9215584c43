import { RunNews } from '@mfm/adapter-kit'
import type { RunId } from '@mfm/core-types'
import type { NatsConnection } from '@nats-io/transport-node'

/** Hears of the messages of runs as the server passes them on. A hint, and no more: none may come, or one of a refused append. */
export class RunFeed {
  readonly news: RunNews = new RunNews()
  readonly #connection: NatsConnection

  constructor(connection: NatsConnection) {
    this.#connection = connection
  }

  /** Calls `hear` at each message of a run, and wakes who waits for one, until the function that it gives is called. */
  follow(run: RunId, subject: string, hear: () => void): () => void {
    if (this.#connection.isClosed()) return () => undefined
    const callback = (): void => {
      hear()
      this.news.tell(run)
    }
    const subscription = this.#connection.subscribe(subject, { callback })
    return () => {
      if (!subscription.isClosed()) subscription.unsubscribe()
    }
  }
}
