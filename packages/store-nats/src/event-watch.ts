import { decodeEnvelope } from '@mfm/adapter-kit'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import type { EventDriver } from './event-driver.ts'
import type { Signal } from './link.ts'
import type { RunFeed } from './run-feed.ts'

/** How often a watcher looks without having been told of anything: a server that was away tells nobody. */
const POLL_MILLIS = 1000

export interface EventWatch {
  readonly runId: RunId
  readonly from: number
  readonly feed: RunFeed
  /** @throws MfmError `store_closed` */
  readonly requireOpen: () => void
}

/** Yields every event from a number on, and waits for more where there are none or the server is away. */
export async function* watchEvents(
  driver: EventDriver,
  signal: Signal,
  { runId, from, feed, requireOpen }: EventWatch,
): AsyncGenerator<EventEnvelope, never> {
  let isTold = false
  const unfollow = feed.follow(runId, driver.subject(runId), () => {
    isTold = true
  })
  try {
    for (let seq = Math.max(from, 1); ; ) {
      requireOpen()
      isTold = false
      try {
        for await (const text of newEvents(driver, signal, runId, seq)) {
          yield decodeEnvelope(runId, seq, text)
          seq++
          requireOpen()
        }
      } catch (error) {
        if (!isMfmError(error) || !error.retryable) throw error
      }
      if (!isTold) await feed.news.wait(runId, { signal, millis: POLL_MILLIS })
    }
  } finally {
    unfollow()
  }
}

async function* newEvents(
  driver: EventDriver,
  signal: Signal,
  runId: RunId,
  from: number,
): AsyncGenerator<string, void> {
  const to = await driver.head(runId, signal)
  if (to >= from) yield* driver.read(runId, { from, to }, signal)
}
