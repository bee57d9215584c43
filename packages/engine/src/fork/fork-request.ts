import type { DivergencePolicy, JsonValue, Plan, Provenance, RunId } from '@mfm/core-types'

export interface ForkRequest {
  /** The run that is forked. It is read, and never changed. */
  readonly parentId: RunId
  /** The first state that the fork runs itself: its id, or the last segment of one. */
  readonly at: string
  /** Planned from the code of today. It may be another plan of the same op than the parent's. */
  readonly plan: Plan
  /** The context key that will hold the result; the parent's by default. */
  readonly outputKey?: string | undefined
  readonly provenance?: Provenance | undefined
  /**
   * Recorded answers to replace. A fact is named by its key, by the beginning of one, or as `state#ordinal`: the
   * recorded operation of that number in the state's last attempt that has it. The value is the whole payload; random
   * bytes are a list of numbers from 0 to 255.
   */
  readonly facts?: readonly FactEdit[] | undefined
  /** Context keys to set in the snapshot that the fork begins with. */
  readonly context?: readonly ContextEdit[] | undefined
  /**
   * Perform what the parent did not record. Without it such a call ends the fork with the error of a replay, such as
   * `missing_fact`, and nothing has been written.
   */
  readonly live?: boolean | undefined
  /** The divergence policy of the fork; the parent's by default. */
  readonly divergence?: DivergencePolicy | undefined
  /** A new random UUID by default. */
  readonly runId?: RunId | undefined
  readonly signal?: AbortSignal | undefined
}

export interface FactEdit {
  readonly fact: string
  readonly value: JsonValue
}

export interface ContextEdit {
  readonly key: string
  readonly value: JsonValue
}
