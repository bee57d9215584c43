import type { EventEnvelope, FactBinding, RunId } from '@mfm/core-types'
import type { RunHead } from './run-head.ts'
import type { WriteRequest } from './write-request.ts'

export interface CommitInput {
  readonly runId: RunId
  readonly head: RunHead
  readonly tsMillis: number | null
  readonly requests: readonly WriteRequest[]
}

export interface CommitResult {
  readonly head: RunHead
  readonly envelopes: readonly EventEnvelope[]
  /** By request: the effective binding of a fact; absent means that the fact was bound as given. */
  readonly bindings: readonly (FactBinding | undefined)[]
}
