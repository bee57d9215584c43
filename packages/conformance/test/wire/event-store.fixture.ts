import { setTimeout as delay } from 'node:timers/promises'
import { canonicalize, sha256 } from '@mfm/canonical-json'
import type {
  CallOptions,
  EventEnvelope,
  EventStore,
  EventWatcher,
  JsonValue,
  RunId,
  SeqRange,
} from '@mfm/core-types'
import { eventEnvelopeSchema } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { EventQuestion, Row } from './event-server.fixture.ts'
import type { WireClient } from './wire-client.fixture.ts'

export type WireEvents = EventStore & EventWatcher

/** What mutants change without writing the whole store again. */
export interface EventHabits {
  /** The event of a row that is due at `seq`; throws where it is not as it was written. */
  decode(run: RunId, seq: number, row: Row | undefined): EventEnvelope
  digest(run: RunId, seq: number, text: string): string
}

function corruption(runId: RunId, seq: number): MfmError {
  return new MfmError('event_store_corruption', { details: { runId, seq } })
}

export const SOUND_EVENT_HABITS: EventHabits = {
  decode: (run, seq, row) => {
    const { digest } = SOUND_EVENT_HABITS
    if (row?.seq !== seq || digest(run, seq, row.text) !== row.digest) throw corruption(run, seq)
    return eventEnvelopeSchema.parse(JSON.parse(row.text))
  },
  digest: (run, seq, text) => sha256(`${run} ${seq} ${text}`),
}

const POLL_MILLIS = 5

export interface EventWire {
  readonly client: WireClient
  readonly scope: string
  readonly habits: EventHabits
}

/** As much of an event store as the cases of the line, of damage and of watching ask of one. */
export class WireEventStore implements WireEvents {
  readonly description = Object.freeze({
    name: 'wire',
    durability: 'process' as const,
    capabilities: Object.freeze(['watch'] as const),
  })
  readonly scope: string
  readonly #wire: EventWire

  constructor(wire: EventWire) {
    this.#wire = wire
    this.scope = wire.scope
  }

  async ask<T>(question: EventQuestion, { signal }: CallOptions = {}): Promise<T> {
    const { client } = this.#wire
    const isIdempotent = question.op !== 'append'
    const body = JSON.stringify(question)
    const asked = { method: 'POST', path: `/${this.scope}`, body, isIdempotent, signal } as const
    const answer = await client.ask(asked)
    return JSON.parse(Buffer.from(answer.body).toString()) as T // the server is ours
  }

  async headSeq(run: RunId, options?: CallOptions): Promise<number> {
    return await this.ask({ op: 'head', run, at: 0 }, options)
  }

  async append(
    run: RunId,
    expected: number,
    events: readonly EventEnvelope[],
    options?: CallOptions,
  ): Promise<number> {
    const rows = events.map((envelope): Row => {
      if (envelope.runId !== run) throw new MfmError('event_append_invalid')
      const { seq } = envelope
      const { error } = eventEnvelopeSchema.safeParse(envelope)
      if (error) throw new MfmError('event_append_invalid', { cause: error })
      const text = canonicalize(envelope as unknown as JsonValue) // plain JSON by its schema
      return { seq, text, digest: this.#wire.habits.digest(run, seq, text) }
    })
    if (rows.some(({ seq }, index) => seq !== expected + index + 1)) {
      throw new MfmError('event_append_invalid')
    }
    const answer = await this.ask<{ head?: number; actual?: number }>(
      { op: 'append', run, at: expected, rows },
      options,
    )
    if (answer.head !== undefined) return answer.head
    const { actual = 0 } = answer
    throw new MfmError('event_store_concurrency', { details: { runId: run, expected, actual } })
  }

  async *read(
    run: RunId,
    { from = 1, to = Number.MAX_SAFE_INTEGER }: SeqRange = {},
    options?: CallOptions,
  ): AsyncGenerator<EventEnvelope, void> {
    const last = Math.min(to, await this.headSeq(run, options))
    for (let seq = Math.max(from, 1); seq <= last; ) {
      const page = await this.ask<Row[]>({ op: 'read', run, at: seq }, options)
      if (page.length === 0) throw corruption(run, seq)
      for (const row of page) {
        if (seq > last) return
        yield this.#wire.habits.decode(run, seq++, row)
      }
    }
  }

  async *watch(run: RunId, from = 1, options?: CallOptions): AsyncGenerator<EventEnvelope, never> {
    for (let next = Math.max(from, 1); ; ) {
      try {
        for await (const envelope of this.read(run, { from: next }, options)) {
          yield envelope
          next++
        }
      } catch (error) {
        if (!(error instanceof MfmError && error.retryable)) throw error
      }
      await delay(POLL_MILLIS, undefined, { signal: options?.signal }).catch(() => undefined)
      options?.signal?.throwIfAborted()
    }
  }

  async listRuns(): Promise<{ items: []; next: undefined }> {
    return { items: [], next: undefined }
  }

  async close(): Promise<void> {
    this.#wire.client.close()
  }
}
