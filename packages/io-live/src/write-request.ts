import type { FactBinding, FactRecorded, NewArtifact, RunEvent } from '@mfm/core-types'

/** Documents and events that become durable together. */
export interface Commit {
  readonly artifacts?: readonly NewArtifact[] | undefined
  readonly events: readonly RunEvent[]
}

/** A fact with the documents that it names: its payload, its request, its attachments. */
export interface FactCommit {
  readonly artifacts: readonly NewArtifact[]
  readonly event: FactRecorded
}

/** One caller's wish, waiting for its turn. */
export interface WriteRequest {
  readonly artifacts: readonly NewArtifact[]
  readonly events: readonly RunEvent[]
  /** The fact that `events` consists of, where the request is one. */
  readonly fact: FactRecorded | undefined
  readonly resolve: (binding: FactBinding | undefined) => void
  readonly reject: (error: unknown) => void
}
