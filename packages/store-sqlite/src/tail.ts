import type { ArtifactId, EventEnvelope, FactKey, RunId, RunSummary } from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'

/** Where the events from a sequence number on stand in the log, up to the next place. */
export interface EventPlace {
  readonly seq: number
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

interface TailBinding {
  /** Row that says it. */
  readonly row: number
  /** `undefined` where the key is bound no longer. */
  readonly id: ArtifactId | undefined
}

/** A run with what the tail of the log changed in it. */
export class TailRun {
  readonly runId: RunId
  readonly stored: StoredRun
  readonly bindings: Map<FactKey, TailBinding> = new Map()
  /** Places of the events of the tail, in order. */
  readonly places: EventPlace[] = []
  ordinal: number
  summary: RunSummary | undefined
  chain: number

  constructor(runId: RunId, stored: StoredRun) {
    this.runId = runId
    this.stored = stored
    this.ordinal = stored.ordinal
    this.summary = stored.summary
    this.chain = stored.chain
  }

  get head(): number {
    return this.summary?.headSeq ?? 0
  }

  bind(row: number, key: FactKey, id: ArtifactId | undefined): void {
    this.bindings.set(key, { row, id })
    this.chain = row
  }

  append(row: number, envelope: EventEnvelope): void {
    if (this.places.at(-1)?.row !== row) this.places.push({ seq: envelope.seq, row })
    this.summary = foldRunSummary(this.summary, envelope)
  }
}

/** What the log says since the derived tables were last written. */
export class Tail {
  readonly artifacts: Map<ArtifactId, number> = new Map()
  readonly runs: Map<RunId, TailRun> = new Map()

  clear(): void {
    this.artifacts.clear()
    this.runs.clear()
  }
}
