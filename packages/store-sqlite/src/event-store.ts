import type { RunNews } from '@mfm/adapter-kit'
import { checkQuery, checkRange, encodeEvents, failing } from '@mfm/adapter-kit'
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
import { MfmError, parseId } from '@mfm/errors'
import { eventDamage, readEvents, readHead } from './event-reader.ts'
import { watchEvents } from './event-watch.ts'
import type { Journal } from './journal.ts'
import { NO_BINDINGS } from './recorder.ts'
import { listRuns } from './run-list.ts'
import type { Claim } from './shared-file.ts'

export interface EventStoreParts {
  readonly description: StoreDescription
  readonly claim: Claim
  readonly payloadBytes: number
  /** Told of every append of this process. */
  readonly news: RunNews
}

/** The event streams in one SQLite file. */
export class SqliteEventStore implements EventStore, EventWatcher {
  readonly description: StoreDescription
  readonly #claim: Claim
  readonly #payloadBytes: number
  readonly #news: RunNews

  constructor({ description, claim, payloadBytes, news }: EventStoreParts) {
    this.description = description
    this.#claim = claim
    this.#payloadBytes = payloadBytes
    this.#news = news
  }

  async headSeq(run: RunId, { signal }: CallOptions = {}): Promise<number> {
    this.#claim.requireOpen(signal)
    const runId = parseId('run_id', run)
    return await readHead(this.#claim, signal, runId)
  }

  async append(
    run: RunId,
    expectedSeq: number,
    events: readonly EventEnvelope[],
    { signal }: CallOptions = {},
  ): Promise<number> {
    this.#claim.requireOpen(signal)
    const runId = parseId('run_id', run)
    const encoded = encodeEvents(runId, expectedSeq, events, this.#payloadBytes)
    try {
      const head = await this.#claim.backend.write(signal, (journal, recorder) => {
        requireHead(journal, runId, expectedSeq)
        recorder.record({ run: runId, artifacts: [], bindings: NO_BINDINGS, events: encoded })
        return expectedSeq + encoded.length
      })
      this.#news.tell(runId)
      return head
    } catch (error) {
      throw eventDamage(error, runId)
    }
  }

  read(
    run: RunId,
    range: SeqRange = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<EventEnvelope, void> {
    try {
      this.#claim.requireOpen(signal)
      const runId = parseId('run_id', run)
      const checked = checkRange(range)
      const head = this.#headNow(runId)
      return readEvents(this.#claim, signal, { ...checked, runId, head })
    } catch (error) {
      return failing(error)
    }
  }

  #headNow(runId: RunId): number | undefined {
    try {
      return this.#claim.backend.readNow((journal) => journal.run(runId).head)
    } catch (error) {
      throw eventDamage(error, runId)
    }
  }

  watch(run: RunId, from = 1, { signal }: CallOptions = {}): AsyncGenerator<EventEnvelope, never> {
    try {
      this.#claim.requireOpen(signal)
      const runId = parseId('run_id', run)
      const checked = checkRange({ from })
      return watchEvents(this.#claim, signal, { runId, from: checked.from, news: this.#news })
    } catch (error) {
      return failing(error)
    }
  }

  async listRuns(query: RunQuery = {}, { signal }: CallOptions = {}): Promise<Page<RunSummary>> {
    this.#claim.requireOpen(signal)
    return await listRuns(this.#claim, signal, checkQuery(query))
  }

  close(): Promise<void> {
    const closing = this.#claim.close()
    this.#news.tellAll()
    return closing
  }
}

/** @throws MfmError `event_store_concurrency` */
export function requireHead(journal: Journal, runId: RunId, expected: number): void {
  const actual = journal.run(runId).head
  if (actual === expected) return
  throw new MfmError('event_store_concurrency', {
    message: `run ${runId} is at event ${actual}, not at ${expected}`,
    details: { runId, expected, actual },
  })
}
