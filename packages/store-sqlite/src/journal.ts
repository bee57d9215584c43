import type { ArtifactId, EventEnvelope, FactKey, RunId, RunSummary } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { Connection } from './connection.ts'
import { damaged } from './damage.ts'
import type { Frame, StoredArtifact } from './frame.ts'
import { envelopeOf } from './frame.ts'
import { Indexes } from './indexes.ts'
import { Log } from './log.ts'
import type { EventPlace } from './tail.ts'
import { Tail, TailRun } from './tail.ts'

/**
 * The log through one connection, with the tables derived from it and, in memory, the tail that those do not know
 * yet. Every use is within a transaction that began with {@link refresh}.
 */
export class Journal {
  readonly log: Log
  readonly indexes: Indexes
  readonly tail: Tail = new Tail()
  readonly #connection: Connection
  #lastRow = 0
  #runCount = 0
  #lastFound = 0
  #dataVersion: unknown

  constructor(connection: Connection) {
    this.#connection = connection
    this.log = new Log(connection)
    this.indexes = new Indexes(connection, this.log)
  }

  /** Last row of the log. */
  get lastRow(): number {
    return this.#lastRow
  }

  /** How many runs have an event. */
  get runCount(): number {
    return this.#runCount
  }

  /** Rows that the derived tables do not know. */
  get tailRows(): number {
    return this.#lastRow - this.indexes.state.row
  }

  /** Catches up with what other connections committed. */
  refresh(): void {
    const dataVersion = this.#connection.value('PRAGMA data_version')
    if (dataVersion === this.#dataVersion) return
    this.log.forget()
    if (this.indexes.reload() || this.#dataVersion === undefined) this.#restart()
    this.#dataVersion = undefined // until all is learnt
    for (const frame of this.log.framesAfter(this.#lastRow)) this.#learn(frame)
    if (this.log.lastRow() !== this.#lastRow) throw damaged('log', this.#lastRow, 'is missing')
    this.#dataVersion = dataVersion
  }

  /** What was learnt may have been rolled back: the next {@link refresh} begins anew. */
  forget(): void {
    this.log.forget()
    this.indexes.forget()
    this.#dataVersion = undefined
  }

  #restart(): void {
    this.tail.clear()
    this.#lastRow = this.indexes.state.row
    this.#runCount = this.indexes.state.runs
  }

  /** A run as it is now. Not to be changed: see {@link touch}. */
  run(runId: RunId): Readonly<TailRun> {
    return this.tail.runs.get(runId) ?? new TailRun(runId, this.indexes.run(runId))
  }

  binding(runId: RunId, key: FactKey): ArtifactId | undefined {
    const run = this.tail.runs.get(runId)
    if (run?.isWhole === true || run?.bindings.has(key) === true) return run.bindings.get(key)
    return this.indexes.binding(runId, key)
  }

  /** An artifact with the row that holds it or names its place. */
  artifact(id: ArtifactId): (StoredArtifact & { readonly row: number }) | undefined {
    const next = this.#atNextRow(id)
    if (next !== undefined) return next
    for (const row of this.#artifactRows(id)) {
      const artifact = this.log.frame(row).artifact(id)
      if (artifact !== undefined) return this.#foundAt(row, artifact)
    }
    return undefined
  }

  /** Makes {@link artifact} of many artifacts cheap. */
  prefetchArtifacts(ids: readonly ArtifactId[]): void {
    const [first] = ids
    const next = this.#lastFound + 1
    const rows =
      first !== undefined && this.#artifactRows(first).includes(next)
        ? ids.map((_, index) => next + index)
        : ids.flatMap((id) => this.#artifactRows(id)).sort((a, b) => a - b)
    this.log.prefetch(rows)
  }

  /** Documents are mostly asked for in the order in which they were written, one to a row. */
  #atNextRow(id: ArtifactId): (StoredArtifact & { readonly row: number }) | undefined {
    const row = this.#lastFound + 1
    const artifact = this.log.kept(row)?.artifact(id)
    return artifact === undefined ? undefined : this.#foundAt(row, artifact)
  }

  #foundAt(row: number, artifact: StoredArtifact): StoredArtifact & { readonly row: number } {
    this.#lastFound = row
    return { row, ...artifact }
  }

  /** Without a look at the bytes: true for an artifact whose frame is damaged. */
  hasArtifact(id: ArtifactId): boolean {
    return this.#artifactRows(id).some((row) => {
      try {
        return this.log.frame(row).artifact(id) !== undefined
      } catch (error) {
        if (hasCode(error, 'store_corruption')) return true
        throw error
      }
    })
  }

  #artifactRows(id: ArtifactId): readonly number[] {
    const row = this.tail.artifacts.get(id)
    return row === undefined ? this.indexes.artifactRows(id) : [row]
  }

  /** Summaries by ordinal, newest first: from an ordinal down, at most `limit`. */
  summaries(from: number, limit: number): RunSummary[] {
    const changed = new Map(
      Array.from(this.tail.runs.values(), ({ ordinal, summary }) => [ordinal, summary]),
    )
    const stored = this.indexes.runs.summaries(Math.min(from, this.indexes.state.runs), limit)
    return Array.from({ length: Math.min(from, limit) }, (_, index) => {
      const summary = changed.get(from - index) ?? stored.get(from - index)
      if (summary === undefined) throw damaged('runs', from - index, 'is missing')
      return summary
    })
  }

  /** Some of the places of a run's events, from the one that holds `seq` on. */
  eventPlaces({ ordinal, places }: Readonly<TailRun>, seq: number): readonly EventPlace[] {
    const first = places[0]
    if (first === undefined || seq < first.seq) return this.indexes.runs.places(ordinal, seq)
    const next = places.findIndex((place) => place.seq > seq)
    return places.slice(next === -1 ? -1 : next - 1)
  }

  /** A run about to be changed by the next row of the log. */
  touch(runId: RunId): TailRun {
    const known = this.tail.runs.get(runId)
    if (known !== undefined) return known
    const run = new TailRun(runId, this.indexes.run(runId))
    this.tail.runs.set(runId, run)
    return run
  }

  append(run: TailRun, row: number, envelope: EventEnvelope): void {
    if (run.ordinal === 0) {
      this.#runCount++
      run.ordinal = this.#runCount
    }
    run.append(row, envelope)
  }

  insert(row: number, body: Uint8Array): void {
    this.log.insert(row, body)
    this.#lastRow = row
  }

  writeIndexes(): void {
    this.indexes.write(this.tail, this.#lastRow)
    this.tail.settle()
  }

  /** Derives all tables from the log again. */
  rebuildIndexes(batchRows: number): void {
    this.forget()
    this.indexes.clear()
    this.#restart()
    for (const frame of this.log.framesAfter(0)) {
      this.#learn(frame)
      if (this.tailRows >= batchRows) this.writeIndexes()
    }
    this.writeIndexes()
  }

  #learn(frame: Frame): void {
    const { row } = frame
    const run = frame.run === undefined ? undefined : this.touch(frame.run)
    for (const part of frame.parts()) {
      if (part.type === 'artifact') this.tail.artifacts.set(part.artifact.id, row)
      else if (run === undefined) throw damaged('log', row, 'names no run')
      else if (part.type === 'binding') run.bind(row, part.key, part.id)
      else this.#learnEvent(run, row, envelopeOf(part.event), part.isBinding)
    }
    this.#lastRow = row
  }

  #learnEvent(run: TailRun, row: number, envelope: EventEnvelope, isBinding: boolean): void {
    this.append(run, row, envelope)
    const { event } = envelope
    if (isBinding && event.type === 'fact_recorded') run.bind(row, event.key, event.payloadId)
  }
}
