import type { ArtifactId, EventEnvelope, FactKey, RunId, RunSummary } from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'

/** Where the events from a sequence number on stand in the log, up to the next place. */
export interface EventPlace {
  readonly seq: number
  readonly row: number
}

/** Where the log says what a key is bound to. */
export interface BindingRow {
  readonly key: FactKey
  readonly row: number
}

/** A run as the derived tables have it. */
export interface StoredRun {
  /** Position among all runs that have an event, from 1; 0 before the first event. */
  readonly ordinal: number
  readonly summary: RunSummary | undefined
  /** Last row with a binding of the run, or its removal; 0 where there is none. */
  readonly chain: number
}

/** A run with what the tail of the log changed in it. */
export class TailRun {
  readonly runId: RunId
  /** What keys are bound to; `undefined` where one is bound no longer. */
  readonly bindings: Map<FactKey, ArtifactId | undefined> = new Map()
  /** Whether every key that was ever bound is in `bindings`. */
  readonly isWhole: boolean
  /** Rows of the tail that say what a key is bound to, in order. */
  readonly bindingRows: BindingRow[] = []
  /** Places of the events of the tail, in order. */
  readonly places: EventPlace[] = []
  stored: StoredRun
  ordinal: number
  summary: RunSummary | undefined
  chain: number

  constructor(runId: RunId, stored: StoredRun) {
    this.runId = runId
    this.stored = stored
    this.isWhole = stored.chain === 0
    this.ordinal = stored.ordinal
    this.summary = stored.summary
    this.chain = stored.chain
  }

  get head(): number {
    return this.summary?.headSeq ?? 0
  }

  bind(row: number, key: FactKey, id: ArtifactId | undefined): void {
    this.bindings.set(key, id)
    this.bindingRows.push({ key, row })
    this.chain = row
  }

  append(row: number, envelope: EventEnvelope): void {
    if (this.places.at(-1)?.row !== row) this.places.push({ seq: envelope.seq, row })
    this.summary = foldRunSummary(this.summary, envelope)
  }

  /** The derived tables have it all. */
  settle(): void {
    const { ordinal, summary, chain } = this
    this.stored = { ordinal, summary, chain }
    this.bindingRows.length = 0
    this.places.length = 0
  }
}

/** Runs and keys that are remembered beyond the tail, so that what is new to a run need not be looked up. */
const REMEMBERED = 2 ** 15

/** What the log says since the derived tables were last written, and runs that began since the file was opened. */
export class Tail {
  readonly artifacts: Map<ArtifactId, number> = new Map()
  readonly runs: Map<RunId, TailRun> = new Map()

  clear(): void {
    this.artifacts.clear()
    this.runs.clear()
  }

  /** The derived tables have it all. */
  settle(): void {
    this.artifacts.clear()
    let remembered = 0
    for (const run of this.runs.values()) {
      run.settle()
      remembered += 1 + run.bindings.size
      if (!run.isWhole || remembered > REMEMBERED) this.runs.delete(run.runId)
    }
  }
}
