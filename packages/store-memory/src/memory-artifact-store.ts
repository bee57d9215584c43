import { failing, newArtifact } from '@mfm/adapter-kit'
import type {
  ArtifactEraser,
  ArtifactId,
  ArtifactKind,
  ArtifactLister,
  ArtifactStore,
  CallOptions,
  ManyReader,
  ManyWriter,
  StoreDescription,
} from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import { describeStore } from './description.ts'
import { Lifetime } from './lifetime.ts'
import type { MemoryState } from './memory-state.ts'

/** Artifacts that live as long as the process. */
export class MemoryArtifactStore
  implements ArtifactStore, ManyReader, ManyWriter, ArtifactLister, ArtifactEraser
{
  readonly description: StoreDescription = describeStore('getMany', 'putMany', 'erase', 'list')
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

  async putMany(
    artifacts: readonly { readonly kind: ArtifactKind; readonly bytes: Uint8Array }[],
    { signal }: CallOptions = {},
  ): Promise<readonly ArtifactId[]> {
    this.#lifetime.requireOpen(signal)
    const given = artifacts.map(({ kind, bytes }) => newArtifact(kind, bytes, this.#payloadBytes))
    for (const { id, bytes } of given) this.#state.artifacts.set(id, bytes)
    return given.map(({ id }) => id)
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

  async erase(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#lifetime.requireOpen(signal)
    return this.#state.artifacts.delete(parseId('artifact_id', id))
  }

  /** What is stored when this is called. */
  list({ signal }: CallOptions = {}): AsyncGenerator<ArtifactId, void> {
    try {
      this.#lifetime.requireOpen(signal)
      return this.#list(Array.from(this.#state.artifacts.keys()), signal)
    } catch (error) {
      return failing(error)
    }
  }

  async *#list(
    ids: readonly ArtifactId[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ArtifactId, void> {
    for (const id of ids) {
      this.#lifetime.requireOpen(signal)
      yield id
    }
  }

  async close(): Promise<void> {
    this.#lifetime.close()
  }
}
