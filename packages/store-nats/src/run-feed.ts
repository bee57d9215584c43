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

  /** Follows a run until the function that it gives is called. */
  follow(run: RunId, subject: string): () => void {
    if (this.#connection.isClosed()) return () => undefined
    const subscription = this.#connection.subscribe(subject, {
      callback: () => this.news.tell(run),
    })
    return () => {
      if (!subscription.isClosed()) subscription.unsubscribe()
    }
  }
}
