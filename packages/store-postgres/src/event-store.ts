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
import { parseId } from '@mfm/errors'
import type { Claim } from './claim.ts'
import { eventBatch } from './event-batch.ts'
import type { EventSource } from './event-reader.ts'
import { readEvents, readPage } from './event-reader.ts'
import type { EventStatements } from './event-sql.ts'
import { watchEvents } from './event-watch.ts'
import type { EventWriter } from './event-writer.ts'
import type { RunFeed } from './run-feed.ts'
import { listRuns } from './run-list.ts'

export interface EventStoreParts {
  readonly description: StoreDescription
  readonly claim: Claim
  readonly statements: EventStatements
  readonly writer: EventWriter
  readonly feed: RunFeed
  readonly schema: string
  readonly secret: string
  readonly payloadBytes: number
}

/** The event streams in one schema of a PostgreSQL database. */
export class PostgresEventStore implements EventStore, EventWatcher {
  readonly description: StoreDescription
  readonly #parts: EventStoreParts
  readonly #claim: Claim

  constructor(parts: EventStoreParts) {
    this.description = parts.description
    this.#parts = parts
    this.#claim = parts.claim
  }

  async headSeq(run: RunId, options: CallOptions = {}): Promise<number> {
    return await this.#claim.call(options, async (call) => {
      const runId = parseId('run_id', run)
      return await this.#parts.writer.head(call, runId)
    })
  }

  async append(
    run: RunId,
    expectedSeq: number,
    events: readonly EventEnvelope[],
    options: CallOptions = {},
  ): Promise<number> {
    return await this.#claim.call(options, async (call) => {
      const { writer, payloadBytes } = this.#parts
      const runId = parseId('run_id', run)
      const encoded = encodeEvents(runId, expectedSeq, events, payloadBytes)
      return await writer.append(call, eventBatch(runId, expectedSeq, encoded))
    })
  }

  /** The first page is asked for at once: what is there when this is called is what it yields. */
  read(
    run: RunId,
    range: SeqRange = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<EventEnvelope, void> {
    try {
      this.#claim.requireOpen(signal)
      const source = this.#source(run, signal)
      const { from, to } = checkRange(range)
      const wanted = { from: Math.max(from, 1), to }
      const firstPage = readPage(source, wanted)
      firstPage.catch(() => undefined) // whoever iterates meets it
      return readEvents(source, wanted, firstPage)
    } catch (error) {
      return failing(error)
    }
  }

  /** Follows a run that need not be there yet. A server that is away is waited for. */
  watch(run: RunId, from = 1, { signal }: CallOptions = {}): AsyncGenerator<EventEnvelope, void> {
    try {
      this.#claim.requireOpen(signal)
      const source = this.#source(run, signal)
      const range = checkRange({ from })
      return watchEvents(source, Math.max(range.from, 1), this.#parts.feed)
    } catch (error) {
      return failing(error)
    }
  }

  async listRuns(query: RunQuery = {}, options: CallOptions = {}): Promise<Page<RunSummary>> {
    return await this.#claim.call(options, async (call) => {
      const { schema, secret } = this.#parts
      return await listRuns(this.#claim.database, call, {
        schema,
        secret,
        query: checkQuery(query),
      })
    })
  }

  close(): Promise<void> {
    return this.#claim.close()
  }

  #source(run: RunId, signal: AbortSignal | undefined): EventSource {
    const { claim, statements } = this.#parts
    return { claim, statements, runId: parseId('run_id', run), signal }
  }
}
