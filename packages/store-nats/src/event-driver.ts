import type { CheckedQuery, CheckedRange, EncodedEvent } from '@mfm/adapter-kit'
import { matches, readCursor, writeCursor } from '@mfm/adapter-kit'
import type { Page, RunId, RunSummary } from '@mfm/core-types'
import { isRunId } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { AppendNote } from './event-message.ts'
import { packAppend, readNote, unpackAppend } from './event-message.ts'
import type { Signal } from './link.ts'
import { inWindows, Parts, uploadOf } from './parts.ts'
import type { SubjectLog } from './subject-log.ts'

/** What an append came to: the head is the new one, or the one that was found instead of the expected. */
export interface AppendOutcome {
  readonly isAppended: boolean
  readonly head: number
}

/** Event streams as messages under `<prefix>.events.<run>`, one for each append. */
export class EventDriver {
  readonly #log: SubjectLog
  readonly #parts: Parts
  readonly #prefix: string
  /** What a cursor is proven with: the same for everybody who has opened these streams. */
  readonly #secret: string

  constructor(
    log: SubjectLog,
    { prefix, partBytes, secret }: { prefix: string; partBytes: number; secret: string },
  ) {
    this.#log = log
    this.#parts = new Parts(log, partBytes)
    this.#prefix = `${prefix}.events`
    this.#secret = secret
  }

  /** Where the messages of a run go. */
  subject(run: RunId): string {
    return `${this.#prefix}.${run}`
  }

  async head(run: RunId, signal: Signal): Promise<number> {
    return (await this.#lastNote(run, signal))?.summary.headSeq ?? 0
  }

  /**
   * @throws MfmError `store_outcome_unknown` where the server did not say whether it stored the events
   */
  async append(
    run: RunId,
    expectedSeq: number,
    events: readonly EncodedEvent[],
    signal: Signal,
  ): Promise<AppendOutcome> {
    for (;;) {
      const before = await this.#lastNote(run, signal)
      const head = before?.summary.headSeq ?? 0
      if (head !== expectedSeq) return { isAppended: false, head }
      if (events.length === 0) return { isAppended: true, head }
      const place = await this.#add(run, events, before, signal)
      if (place !== undefined) return { isAppended: true, head: expectedSeq + events.length }
    }
  }

  async #add(
    run: RunId,
    events: readonly EncodedEvent[],
    before: AppendNote | undefined,
    signal: Signal,
  ): Promise<number | undefined> {
    const subject = this.subject(run)
    const { headers, body } = packAppend(events, before)
    return await this.#parts.carry(signal, { base: subject, body }, async (carried, unless) => {
      try {
        return await this.#log.add(unless, {
          subject,
          after: before?.place ?? 0,
          body: carried.body,
          headers: { ...headers, ...carried.headers },
        })
      } catch (cause) {
        if (!hasCode(cause, 'store_timeout', 'store_unavailable')) throw cause
        throw new MfmError('store_outcome_unknown', { details: { runId: run }, cause })
      }
    })
  }

  /** The stored texts of a range that is not empty and not beyond the head, in order. */
  async *read(
    run: RunId,
    { from, to }: CheckedRange,
    signal: Signal,
  ): AsyncGenerator<string, void> {
    let place = await this.#placeBefore(run, from, signal)
    for (let wanted = from; wanted <= to; ) {
      const message = await this.#log.next(signal, this.subject(run), place)
      if (message === undefined) return
      const { first, summary } = readNote(run, message)
      place = message.seq + 1
      if (summary.headSeq < wanted) continue
      // Messages in between are gone.
      if (first > wanted) return
      const body = await this.#parts.whole(signal, this.subject(run), message)
      const texts = unpackAppend(run, message, { body, wanted })
      for (const text of texts.slice(wanted - first, to - first + 1)) {
        yield text
        wanted++
      }
    }
  }

  /** A place not behind the message that holds an event, found by halving: places grow with the numbers of events. */
  async #placeBefore(run: RunId, seq: number, signal: Signal): Promise<number> {
    const last = await this.#lastNote(run, signal)
    if (last === undefined) return 1
    let [low, high] = [last.origin, last.place + 1]
    while (seq > 1 && high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      const message = await this.#log.next(signal, this.subject(run), middle)
      if (message !== undefined && readNote(run, message).first <= seq) low = message.seq
      else high = middle
    }
    return low
  }

  /** Reads the last message of every run: cheap for some thousand runs, and no more. */
  async listRuns(query: CheckedQuery, signal: Signal): Promise<Page<RunSummary>> {
    const end =
      query.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor(this.#secret, query.cursor)
    const runs = (await this.#log.subjects(signal, `${this.#prefix}.*`))
      .map((subject) => subject.slice(this.#prefix.length + 1))
      .filter(isRunId)
      .filter((run) => query.idPrefix === undefined || run.startsWith(query.idPrefix))
    const notes: AppendNote[] = []
    await inWindows(runs.length, async (index) => {
      const run = runs[index]
      const note = run === undefined ? undefined : await this.#lastNote(run, signal)
      if (note !== undefined) notes.push(note)
    })
    const found = notes
      .filter(({ origin, summary }) => origin < end && matches(query, summary))
      .sort((one, other) => other.origin - one.origin)
    const items = found.slice(0, query.limit)
    const last = items.at(-1)
    const isLast = last === undefined || found.length <= query.limit
    return {
      items: items.map(({ summary }) => summary),
      next: isLast ? undefined : writeCursor(this.#secret, last.origin),
    }
  }

  async sweep(olderThanMillis: number): Promise<void> {
    await this.#parts.sweep(`${this.#prefix}.*.*.*`, olderThanMillis, async (base, upload) => {
      for (let place = 1; ; ) {
        const message = await this.#log.next(undefined, base, place)
        if (message === undefined) return false
        if (uploadOf(message) === upload) return true
        place = message.seq + 1
      }
    })
  }

  async #lastNote(run: RunId, signal: Signal): Promise<AppendNote | undefined> {
    const message = await this.#log.last(signal, this.subject(run))
    return message === undefined ? undefined : readNote(run, message)
  }
}
