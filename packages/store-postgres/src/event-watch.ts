import type { EventEnvelope } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { EventPage, EventSource } from './event-reader.ts'
import { decoded, readPage } from './event-reader.ts'
import { WATCH_RENEWAL_MILLIS } from './event-sql.ts'
import type { RunFeed } from './run-feed.ts'
import { Waker } from './waker.ts'

/** Yields every event from `from` on, and waits for more where there are none. */
export async function* watchEvents(
  source: EventSource,
  from: number,
  feed: RunFeed,
): AsyncGenerator<EventEnvelope, void> {
  const { claim, runId, signal } = source
  const waker = new Waker(feed.pollMillis, [signal, claim.closing.signal])
  const unfollow = feed.follow(runId, () => waker.wake())
  let next = from
  let renewAt = 0
  try {
    for (;;) {
      claim.requireOpen(signal)
      if (performance.now() >= renewAt && (await askForHints(source))) {
        renewAt = performance.now() + WATCH_RENEWAL_MILLIS
      }
      const page = await nextPage(source, next)
      if (page === undefined || page.rows.length === 0) {
        await waker.wait()
        continue
      }
      yield* decoded(source, next, page.rows)
      next += page.rows.length
    }
  } finally {
    unfollow()
    waker.end()
  }
}

/** The events that follow, or `undefined` where the server is away. */
async function nextPage(source: EventSource, from: number): Promise<EventPage | undefined> {
  try {
    return await readPage(source, { from, to: Number.MAX_SAFE_INTEGER })
  } catch (error) {
    if (isPassing(error)) return undefined
    throw error
  }
}

/** Whether the run is there, and its appends send notifications for a while. */
async function askForHints({ claim, statements, runId, signal }: EventSource): Promise<boolean> {
  try {
    return await claim.call({ signal }, async (call) => {
      const { rows } = await claim.database.run(call, statements.watch, [runId])
      return rows.length > 0
    })
  } catch (error) {
    if (isPassing(error)) return false
    throw error
  }
}

function isPassing(error: unknown): boolean {
  return hasCode(error, 'store_unavailable', 'store_timeout', 'store_busy')
}
