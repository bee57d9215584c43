import type { RunNews } from '@mfm/adapter-kit'
import { decodeEnvelope } from '@mfm/adapter-kit'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import type { EventDriver } from './event-driver.ts'
import type { Signal } from './link.ts'

/** How often a watcher looks without having been told of anything: a server that was away tells nobody. */
const POLL_MILLIS = 1000

export interface EventWatch {
  readonly runId: RunId
  readonly from: number
  readonly news: RunNews
  /** @throws MfmError `store_closed` */
  readonly requireOpen: () => void
}

/** Yields every event from a number on, and waits for more where there are none or the server is away. */
export async function* watchEvents(
  driver: EventDriver,
  signal: Signal,
  { runId, from, news, requireOpen }: EventWatch,
): AsyncGenerator<EventEnvelope, never> {
  for (let seq = Math.max(from, 1); ; ) {
    requireOpen()
    // Whoever is told of an event while this looks is told for nothing: the wait that follows has begun before.
    const told = news.wait(runId, { signal, millis: POLL_MILLIS })
    told.catch(() => undefined)
    const first = seq
    try {
      const to = await driver.head(runId, signal)
      if (to >= seq) {
        for await (const text of driver.read(runId, { from: seq, to }, signal)) {
          yield decodeEnvelope(runId, seq, text)
          seq++
          requireOpen()
        }
      }
    } catch (error) {
      if (!isMfmError(error) || !error.retryable) throw error
    }
    if (seq === first) await told
  }
}
