import type { EncodedEvent } from '@mfm/adapter-kit'
import { RunNews } from '@mfm/adapter-kit'
import type { ArtifactId, FactKey, RunId, RunSummary } from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

interface Stream {
  /** The envelopes as JSON: what goes in and what comes out are copies. */
  readonly texts: string[]
  summary: RunSummary
}

/** Everything the stores hold. Each method is one indivisible step. */
export class MemoryState {
  readonly artifacts: Map<ArtifactId, Uint8Array> = new Map()
  /** In the order of their first event. */
  readonly streams: Map<RunId, Stream> = new Map()
  /** Told of every append. */
  readonly news: RunNews = new RunNews()
  readonly #bindings: Map<RunId, Map<FactKey, ArtifactId>> = new Map()

  head(run: RunId): number {
    return this.streams.get(run)?.texts.length ?? 0
  }

  /** @throws MfmError `event_store_concurrency` */
  requireHead(runId: RunId, expected: number): void {
    const actual = this.head(runId)
    if (actual === expected) return
    throw new MfmError('event_store_concurrency', { details: { runId, expected, actual } })
  }

  append(run: RunId, events: readonly EncodedEvent[]): void {
    for (const { envelope, text } of events) {
      const stream = this.streams.get(run)
      const summary = foldRunSummary(stream?.summary, envelope)
      if (stream === undefined) this.streams.set(run, { texts: [text], summary })
      else {
        stream.texts.push(text)
        stream.summary = summary
      }
    }
    this.news.tell(run)
  }

  bindings(run: RunId): ReadonlyMap<FactKey, ArtifactId> {
    return this.#bindings.get(run) ?? new Map()
  }

  bind(run: RunId, key: FactKey, id: ArtifactId): void {
    const bindings = this.#bindings.get(run) ?? new Map<FactKey, ArtifactId>()
    this.#bindings.set(run, bindings.set(key, id))
  }

  unbind(run: RunId, key: FactKey): void {
    this.#bindings.get(run)?.delete(key)
  }
}
