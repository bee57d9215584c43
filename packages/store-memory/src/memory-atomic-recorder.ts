import { encodeEvents, givenArtifact, parseFactKey } from '@mfm/adapter-kit'
import type {
  ArtifactId,
  AtomicBatch,
  AtomicRecorder,
  CallOptions,
  FactKey,
  RunId,
} from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import type { MemoryEventStore } from './memory-event-store.ts'
import type { MemoryState } from './memory-state.ts'

/** Artifacts, bindings and events of a run in one step. */
export class MemoryAtomicRecorder implements AtomicRecorder {
  readonly #state: MemoryState
  readonly #events: MemoryEventStore
  readonly #payloadBytes: number

  constructor(state: MemoryState, events: MemoryEventStore, payloadBytes: number) {
    this.#state = state
    this.#events = events
    this.#payloadBytes = payloadBytes
  }

  async recordAtomically(
    run: RunId,
    expectedSeq: number,
    batch: AtomicBatch,
    { signal }: CallOptions = {},
  ): Promise<number> {
    this.#events.requireOpen(signal)
    const runId = parseId('run_id', run)
    const encoded = encodeEvents(runId, expectedSeq, batch.events, this.#payloadBytes)
    const artifacts = batch.artifacts.map((given) => givenArtifact(given, this.#payloadBytes))
    const bindings = batch.bindings.map(({ key, artifactId }) => ({
      key: parseFactKey(key),
      artifactId: parseId('artifact_id', artifactId),
    }))
    this.#state.requireHead(runId, expectedSeq)
    this.#requireNoConflict(runId, bindings)
    for (const { id, bytes } of artifacts) this.#state.artifacts.set(id, bytes)
    for (const { key, artifactId } of bindings) this.#state.bind(runId, key, artifactId)
    this.#state.append(runId, encoded)
    return this.#state.head(runId)
  }

  /** @throws MfmError `fact_binding_conflict` */
  #requireNoConflict(runId: RunId, bindings: AtomicBatch['bindings']): void {
    const stored = this.#state.bindings(runId)
    const fresh = new Map<FactKey, ArtifactId>()
    for (const { key, artifactId: given } of bindings) {
      const bound = stored.get(key) ?? fresh.get(key) ?? given
      if (bound !== given) {
        throw new MfmError('fact_binding_conflict', { details: { runId, key, bound, given } })
      }
      fresh.set(key, given)
    }
  }
}
