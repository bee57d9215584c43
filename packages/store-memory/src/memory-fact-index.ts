import { failing, parseFactKey } from '@mfm/adapter-kit'
import type {
  ArtifactId,
  CallOptions,
  FactBinding,
  FactIndex,
  FactKey,
  RunId,
  StoreDescription,
} from '@mfm/core-types'
import { parseId } from '@mfm/errors'
import { describeStore } from './description.ts'
import { Lifetime } from './lifetime.ts'
import type { MemoryState } from './memory-state.ts'

/** Fact keys that live as long as the process. */
export class MemoryFactIndex implements FactIndex {
  readonly description: StoreDescription = describeStore()
  readonly #state: MemoryState
  readonly #lifetime: Lifetime = new Lifetime()

  constructor(state: MemoryState) {
    this.#state = state
  }

  async get(
    run: RunId,
    key: FactKey,
    { signal }: CallOptions = {},
  ): Promise<ArtifactId | undefined> {
    this.#lifetime.requireOpen(signal)
    return this.#state.bindings(parseId('run_id', run)).get(parseFactKey(key))
  }

  async bindIfUnset(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    { signal }: CallOptions = {},
  ): Promise<FactBinding> {
    this.#lifetime.requireOpen(signal)
    const runId = parseId('run_id', run)
    const factKey = parseFactKey(key)
    const artifactId = parseId('artifact_id', id)
    const bound = this.#state.bindings(runId).get(factKey)
    if (bound !== undefined) return { artifactId: bound, inserted: false }
    this.#state.bind(runId, factKey, artifactId)
    return { artifactId, inserted: true }
  }

  async unbindIfMatches(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    { signal }: CallOptions = {},
  ): Promise<boolean> {
    this.#lifetime.requireOpen(signal)
    const runId = parseId('run_id', run)
    const factKey = parseFactKey(key)
    const artifactId = parseId('artifact_id', id)
    if (this.#state.bindings(runId).get(factKey) !== artifactId) return false
    this.#state.unbind(runId, factKey)
    return true
  }

  /** What is bound when this is called. */
  entries(
    run: RunId,
    { signal }: CallOptions = {},
  ): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    try {
      this.#lifetime.requireOpen(signal)
      return this.#entries(Array.from(this.#state.bindings(parseId('run_id', run))), signal)
    } catch (error) {
      return failing(error)
    }
  }

  async *#entries(
    entries: readonly (readonly [FactKey, ArtifactId])[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    for (const entry of entries) {
      this.#lifetime.requireOpen(signal)
      yield entry
    }
  }

  async close(): Promise<void> {
    this.#lifetime.close()
  }
}
