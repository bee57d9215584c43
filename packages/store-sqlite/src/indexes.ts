import type { ArtifactId, FactKey, RunId } from '@mfm/core-types'
import type { Connection } from './connection.ts'
import { artifactKey, chainKey, factKey, HashIndex, runKey } from './hash-index.ts'
import type { IndexState } from './index-state.ts'
import { EMPTY_STATE, readState, writeState } from './index-state.ts'
import type { Log } from './log.ts'
import { RunTable } from './run-table.ts'
import type { StoredRun, Tail, TailRun } from './tail.ts'

/** The tables that are derived from the log, as far as `state.row`. */
export class Indexes {
  readonly runs: RunTable
  readonly #connection: Connection
  readonly #log: Log
  readonly #hashes: HashIndex
  #state: IndexState = EMPTY_STATE

  constructor(connection: Connection, log: Log) {
    this.#connection = connection
    this.#log = log
    this.#hashes = new HashIndex(connection)
    this.runs = new RunTable(connection)
  }

  get state(): IndexState {
    return this.#state
  }

  /** Whether the stored tables are not those that were last seen. They are the known ones from now on. */
  reload(): boolean {
    const state = readState(this.#connection)
    const isChanged = state.row !== this.#state.row || state.entries !== this.#state.entries
    if (isChanged) this.#reset(state)
    return isChanged
  }

  #reset(state: IndexState): void {
    this.#state = state
    this.#hashes.reset(state)
  }

  /** The stored tables may not be what they seemed: see {@link reload}. */
  forget(): void {
    this.#reset(EMPTY_STATE)
  }

  run(runId: RunId): StoredRun {
    const [ordinal, summary] = this.#summary(runId)
    return { ordinal, summary, chain: this.#chain(runId) }
  }

  #summary(runId: RunId): readonly [number, StoredRun['summary']] {
    for (const ordinal of this.#hashes.find(runKey(runId))) {
      const summary = this.runs.summary(ordinal)
      if (summary.runId === runId) return [ordinal, summary]
    }
    return [0, undefined]
  }

  #chain(runId: RunId): number {
    const candidates = this.#hashes.find(chainKey(runId))
    return candidates.find((row) => this.#log.frame(row).run === runId) ?? 0
  }

  binding(
    runId: RunId,
    key: FactKey,
  ): { readonly row: number; readonly id: ArtifactId } | undefined {
    for (const row of this.#hashes.find(factKey(runId, key))) {
      const frame = this.#log.frame(row)
      const id = frame.run === runId ? frame.binding(key) : undefined
      if (id !== undefined) return { row, id }
    }
    return undefined
  }

  /** Rows that may hold the artifact; with very few exceptions one or none. */
  artifactRows(id: ArtifactId): readonly number[] {
    return this.#hashes.find(artifactKey(id))
  }

  /** Takes the tail of the log in; its last row is the log's. */
  write(tail: Tail, lastRow: number): void {
    let { runs } = this.#state
    for (const run of tail.runs.values()) {
      this.#writeRun(run)
      runs = Math.max(runs, run.ordinal)
    }
    for (const [id, row] of tail.artifacts) this.#hashes.add(artifactKey(id), row)
    this.#hashes.write()
    this.#state = { row: lastRow, runs, ...this.#hashes.size }
    writeState(this.#connection, this.#state)
  }

  #writeRun(run: TailRun): void {
    const { runId, stored, ordinal, summary } = run
    if (summary !== undefined && run.places.length > 0) {
      this.runs.putSummary(ordinal, summary)
      this.runs.putPlaces(ordinal, run.places)
      if (stored.ordinal === 0) this.#hashes.add(runKey(runId), ordinal)
    }
    if (run.chain !== stored.chain) {
      if (stored.chain > 0) this.#hashes.remove(chainKey(runId), stored.chain)
      this.#hashes.add(chainKey(runId), run.chain)
    }
    for (const [key, { row, storedRow }] of run.bindings) {
      if (storedRow > 0) this.#hashes.remove(factKey(runId, key), storedRow)
      if (row > 0) this.#hashes.add(factKey(runId, key), row)
    }
  }

  /** Empties the tables, whatever state they are in. */
  clear(): void {
    for (const table of ['runs', 'run_rows', 'bucket'])
      this.#connection.exec(`DELETE FROM ${table}`)
    writeState(this.#connection, EMPTY_STATE)
    this.#reset(EMPTY_STATE)
  }
}
