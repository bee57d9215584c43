import type { RunNews } from '@mfm/adapter-kit'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { readEvents, readHead } from './event-reader.ts'
import type { Claim } from './shared-file.ts'

/** How often a watcher looks for what another process appended. This one's own appends wake it at once. */
const POLL_MILLIS = 50

export interface EventWatch {
  readonly runId: RunId
  readonly from: number
  readonly news: RunNews
}

/** Yields every event from a sequence number on, and waits for more where there are none or the file is locked. */
export async function* watchEvents(
  claim: Claim,
  signal: AbortSignal | undefined,
  { runId, from, news }: EventWatch,
): AsyncGenerator<EventEnvelope, never> {
  for (let seq = Math.max(from, 1); ; ) {
    claim.requireOpen(signal)
    const first = seq
    try {
      const head = await readHead(claim, signal, runId)
      for await (const envelope of readEvents(claim, signal, {
        runId,
        from: seq,
        to: head,
        head,
      })) {
        seq++
        yield envelope
      }
    } catch (error) {
      if (!hasCode(error, 'store_busy')) throw error
    }
    if (seq === first) await news.wait(runId, { signal, millis: POLL_MILLIS })
  }
}
