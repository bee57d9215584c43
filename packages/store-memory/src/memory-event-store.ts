import { randomUUID } from 'node:crypto'
import {
  checkQuery,
  checkRange,
  decodeEnvelope,
  encodeEvents,
  failing,
  matches,
  readCursor,
  writeCursor,
} from '@mfm/adapter-kit'
import type {
  CallOptions,
  EventEnvelope,
  EventStore,
  EventWatcher,
  Page,
  RunId,
  RunQuery,
  RunSummary,
  SeqRange,
  StoreDescription,
} from '@mfm/core-types'
import { parseId } from '@mfm/errors'
import { describeStore } from './description.ts'
import { Lifetime } from './lifetime.ts'
import type { MemoryState } from './memory-state.ts'

/** Event streams that live as long as the process. */
export class MemoryEventStore implements EventStore, EventWatcher {
  readonly description: StoreDescription = describeStore('watch')
  readonly #state: MemoryState
  readonly #payloadBytes: number
  readonly #lifetime: Lifetime = new Lifetime()
  readonly #secret: string = randomUUID()

  constructor(state: MemoryState, payloadBytes: number) {
    this.#state = state
    this.#payloadBytes = payloadBytes
  }

  async headSeq(run: RunId, { signal }: CallOptions = {}): Promise<number> {
    this.#lifetime.requireOpen(signal)
    return this.#state.head(parseId('run_id', run))
  }

  async append(
    run: RunId,
    expectedSeq: number,
    events: readonly EventEnvelope[],
    { signal }: CallOptions = {},
  ): Promise<number> {
    this.#lifetime.requireOpen(signal)
    const runId = parseId('run_id', run)
    const encoded = encodeEvents(runId, expectedSeq, events, this.#payloadBytes)
    this.#state.requireHead(runId, expectedSeq)
    this.#state.append(runId, encoded)
    return this.#state.head(runId)
  }

  read(
    run: RunId,
    range: SeqRange = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<EventEnvelope, void> {
    try {
      this.#lifetime.requireOpen(signal)
      const runId = parseId('run_id', run)
      const { from, to } = checkRange(range)
      const last = Math.min(to, this.#state.head(runId))
      return this.#events(runId, { from: Math.max(from, 1), to: last }, signal)
    } catch (error) {
      return failing(error)
    }
  }

  async *#events(
    run: RunId,
    { from, to }: { readonly from: number; readonly to: number },
    signal: AbortSignal | undefined,
  ): AsyncGenerator<EventEnvelope, void> {
    for (let seq = from; seq <= to; seq++) {
      this.#lifetime.requireOpen(signal)
      yield decodeEnvelope(run, seq, this.#state.streams.get(run)?.texts[seq - 1] ?? '')
    }
  }

  watch(run: RunId, from = 1, { signal }: CallOptions = {}): AsyncGenerator<EventEnvelope, never> {
    try {
      this.#lifetime.requireOpen(signal)
      return this.#follow(parseId('run_id', run), Math.max(checkRange({ from }).from, 1), signal)
    } catch (error) {
      return failing(error)
    }
  }

  async *#follow(
    run: RunId,
    from: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<EventEnvelope, never> {
    for (let seq = from; ; ) {
      this.#lifetime.requireOpen(signal)
      const text = this.#state.streams.get(run)?.texts[seq - 1]
      if (text === undefined) await this.#state.news.wait(run, { signal })
      else {
        yield decodeEnvelope(run, seq, text)
        seq++
      }
    }
  }

  async listRuns(query: RunQuery = {}, { signal }: CallOptions = {}): Promise<Page<RunSummary>> {
    this.#lifetime.requireOpen(signal)
    const checked = checkQuery(query)
    const { cursor, limit } = checked
    const oldestFirst = Array.from(this.#state.streams.values(), ({ summary }) => summary)
    const end = cursor === undefined ? oldestFirst.length : readCursor(this.#secret, cursor)
    const found = oldestFirst
      .slice(0, end)
      .map((run, position) => ({ run, position }))
      .filter(({ run }) => matches(checked, run))
      .reverse()
    const items = found.slice(0, limit)
    const last = items.at(-1)
    return {
      items: items.map(({ run }) => run),
      next:
        last === undefined || found.length <= limit
          ? undefined
          : writeCursor(this.#secret, last.position),
    }
  }

  /** For the recorder that writes into the same streams. */
  requireOpen(signal: AbortSignal | undefined): void {
    this.#lifetime.requireOpen(signal)
  }

  async close(): Promise<void> {
    this.#lifetime.close()
    this.#state.news.tellAll()
  }
}
