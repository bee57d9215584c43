import { newArtifact } from '@mfm/adapter-kit'
import type {
  ArtifactId,
  ArtifactKind,
  ArtifactStore,
  CallOptions,
  ManyReader,
  StoreDescription,
} from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import { describeStore } from './description.ts'
import { Lifetime } from './lifetime.ts'
import type { MemoryState } from './memory-state.ts'

/** Artifacts that live as long as the process. */
export class MemoryArtifactStore implements ArtifactStore, ManyReader {
  readonly description: StoreDescription = describeStore('getMany')
  readonly #state: MemoryState
  readonly #payloadBytes: number
  readonly #lifetime: Lifetime = new Lifetime()

  constructor(state: MemoryState, payloadBytes: number) {
    this.#state = state
    this.#payloadBytes = payloadBytes
  }

  async put(
    kind: ArtifactKind,
    bytes: Uint8Array,
    { signal }: CallOptions = {},
  ): Promise<ArtifactId> {
    this.#lifetime.requireOpen(signal)
    const artifact = newArtifact(kind, bytes, this.#payloadBytes)
    this.#state.artifacts.set(artifact.id, artifact.bytes)
    return artifact.id
  }

  async get(id: ArtifactId, options?: CallOptions): Promise<Uint8Array> {
    const [bytes] = await this.getMany([id], options)
    if (bytes !== undefined) return bytes
    throw new MfmError('artifact_not_found', { details: { artifactId: id } })
  }

  async getMany(
    ids: readonly ArtifactId[],
    { signal }: CallOptions = {},
  ): Promise<readonly (Uint8Array | undefined)[]> {
    this.#lifetime.requireOpen(signal)
    return ids.map((id) => {
      const bytes = this.#state.artifacts.get(parseId('artifact_id', id))
      return bytes === undefined ? undefined : new Uint8Array(bytes)
    })
  }

  async exists(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#lifetime.requireOpen(signal)
    return this.#state.artifacts.has(parseId('artifact_id', id))
  }

  async close(): Promise<void> {
    this.#lifetime.close()
  }
}
