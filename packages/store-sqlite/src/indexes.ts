import type { ArtifactId, FactKey, RunId } from '@mfm/core-types'
import type { Connection } from './connection.ts'
import type { IndexState } from './index-state.ts'
import { firstState, readState, writeState } from './index-state.ts'
import type { Log } from './log.ts'
import { artifactKey, chainKey, factKeysOf, runKey } from './lookup-key.ts'
import { LookupTable } from './lookup-table.ts'
import { RunTable } from './run-table.ts'
import type { StoredRun, Tail, TailRun } from './tail.ts'

/** The tables that are derived from the log, as far as `state.row`. */
export class Indexes {
  readonly runs: RunTable
  readonly #connection: Connection
  readonly #log: Log
  readonly #lookup: LookupTable
  #state: IndexState = firstState()

  constructor(connection: Connection, log: Log) {
    this.#connection = connection
    this.#log = log
    this.#lookup = new LookupTable(connection)
    this.runs = new RunTable(connection)
  }

  get state(): IndexState {
    return this.#state
  }

  /** Whether the stored tables are not those that were last seen. They are the known ones from now on. */
  reload(): boolean {
    const state = readState(this.#connection)
    const isChanged = state.row !== this.#state.row || state.secret !== this.#state.secret
    if (isChanged) this.#reset(state)
    return isChanged
  }

  #reset(state: IndexState): void {
    this.#state = state
    this.#lookup.reset(state.segments)
  }

  /** The stored tables may not be what they seemed: see {@link reload}. */
  forget(): void {
    this.#reset(firstState())
  }

  run(runId: RunId): StoredRun {
    const [ordinal, summary] = this.#summary(runId)
    return { ordinal, summary, chain: this.#chain(runId) }
  }

  #summary(runId: RunId): readonly [number, StoredRun['summary']] {
    for (const ordinal of this.#lookup.find(runKey(runId))) {
      const summary = this.runs.summary(ordinal)
      if (summary.runId === runId) return [ordinal, summary]
    }
    return [0, undefined]
  }

  #chain(runId: RunId): number {
    const candidates = this.#lookup.find(chainKey(runId))
    return candidates.find((row) => this.#log.frame(row).run === runId) ?? 0
  }

  binding(runId: RunId, key: FactKey): ArtifactId | undefined {
    for (const row of this.#lookup.find(factKeysOf(runId)(key))) {
      const frame = this.#log.frame(row)
      if (frame.run !== runId) continue
      for (const [bound, id] of frame.bindings()) if (bound === key) return id
    }
    return undefined
  }

  /** Rows that may hold the artifact; with very few exceptions one or none. */
  artifactRows(id: ArtifactId): readonly number[] {
    return this.#lookup.find(artifactKey(id))
  }

  /** Takes the tail of the log in; its last row is the log's. */
  write(tail: Tail, lastRow: number): void {
    let { runs } = this.#state
    for (const run of tail.runs.values()) {
      this.#writeRun(run)
      runs = Math.max(runs, run.ordinal)
    }
    for (const [id, row] of tail.artifacts) this.#lookup.add(artifactKey(id), row)
    this.#lookup.write()
    this.#state = { ...this.#state, row: lastRow, runs, segments: this.#lookup.segments }
    writeState(this.#connection, this.#state)
  }

  #writeRun(run: TailRun): void {
    const { runId, stored, ordinal, summary } = run
    if (summary !== undefined && run.places.length > 0) {
      this.runs.putSummary(ordinal, summary)
      this.runs.putPlaces(ordinal, run.places)
      if (stored.ordinal === 0) this.#lookup.add(runKey(runId), ordinal)
    }
    if (run.chain !== stored.chain) this.#lookup.add(chainKey(runId), run.chain)
    const factKey = factKeysOf(runId)
    for (const { key, row } of run.bindingRows) this.#lookup.add(factKey(key), row)
  }

  /** Empties the tables, whatever state they are in. */
  clear(): void {
    for (const table of ['runs', 'run_rows', 'chunk']) this.#connection.exec(`DELETE FROM ${table}`)
    this.#reset(firstState())
    writeState(this.#connection, this.#state)
  }
}
