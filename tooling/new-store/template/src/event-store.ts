import type { CheckedRange } from '@mfm/adapter-kit'
import { checkQuery, checkRange, decodeEnvelope, encodeEvents, failing } from '@mfm/adapter-kit'
import type {
  CallOptions,
  EventEnvelope,
  EventStore,
  Page,
  RunId,
  RunQuery,
  RunSummary,
  SeqRange,
  StoreDescription,
} from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import type { EventDriver, Signal } from './driver.ts'
import type { Lifetime } from './lifetime.ts'

export interface EventStoreParts {
  readonly description: StoreDescription
  readonly driver: EventDriver
  readonly lifetime: Lifetime
  readonly payloadBytes: number
}

export class TemplateEventStore implements EventStore {
  readonly description: StoreDescription
  readonly #driver: EventDriver
  readonly #lifetime: Lifetime
  readonly #payloadBytes: number

  constructor({ description, driver, lifetime, payloadBytes }: EventStoreParts) {
    this.description = description
    this.#driver = driver
    this.#lifetime = lifetime
    this.#payloadBytes = payloadBytes
  }

  async headSeq(run: RunId, { signal }: CallOptions = {}): Promise<number> {
    this.#lifetime.requireOpen(signal)
    return await this.#lifetime.during(this.#driver.head(parseId('run_id', run), signal))
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
    const appending = this.#driver.append(runId, expectedSeq, encoded, signal)
    const { isAppended, head } = await this.#lifetime.during(appending)
    if (isAppended) return head
    throw new MfmError('event_store_concurrency', {
      message: `run ${runId} is at event ${head}, not at ${expectedSeq}`,
      details: { runId, expected: expectedSeq, actual: head },
    })
  }

  read(
    run: RunId,
    range: SeqRange = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<EventEnvelope, void> {
    try {
      this.#lifetime.requireOpen(signal)
      const runId = parseId('run_id', run)
      const checked = checkRange(range)
      // Asked for now: what is appended later is not read.
      const head = this.#lifetime.during(this.#driver.head(runId, signal))
      head.catch(() => undefined) // whoever iterates hears of it
      return this.#read(runId, checked, head, signal)
    } catch (error) {
      return failing(error)
    }
  }

  async *#read(
    runId: RunId,
    { from, to }: CheckedRange,
    head: Promise<number>,
    signal: Signal,
  ): AsyncGenerator<EventEnvelope, void> {
    const range = { from: Math.max(from, 1), to: Math.min(to, await head) }
    if (range.from > range.to) return
    let seq = range.from
    for await (const text of this.#lifetime.whileOpen(this.#driver.read(runId, range, signal))) {
      this.#lifetime.requireOpen(signal)
      yield decodeEnvelope(runId, seq, text)
      seq++
    }
    if (seq > range.to) return
    throw new MfmError('event_store_corruption', {
      message: `event ${seq} of run ${runId} is missing`,
      details: { runId, seq },
    })
  }

  async listRuns(query: RunQuery = {}, { signal }: CallOptions = {}): Promise<Page<RunSummary>> {
    this.#lifetime.requireOpen(signal)
    return await this.#lifetime.during(this.#driver.listRuns(checkQuery(query), signal))
  }

  close(): Promise<void> {
    return this.#lifetime.close()
  }
}
