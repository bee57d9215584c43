import { newArtifact } from '@mfm/adapter-kit'
import { artifactIdOf } from '@mfm/canonical-json'
import type {
  ArtifactId,
  ArtifactKind,
  ArtifactStore,
  CallOptions,
  NewArtifact,
  StoreDescription,
} from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import type { ArtifactDriver, Signal } from './driver.ts'
import type { Lifetime } from './lifetime.ts'

export interface ArtifactStoreParts {
  readonly description: StoreDescription
  readonly driver: ArtifactDriver
  readonly lifetime: Lifetime
  readonly payloadBytes: number
}

export class TemplateArtifactStore implements ArtifactStore {
  readonly description: StoreDescription
  readonly #driver: ArtifactDriver
  readonly #lifetime: Lifetime
  readonly #payloadBytes: number

  constructor({ description, driver, lifetime, payloadBytes }: ArtifactStoreParts) {
    this.description = description
    this.#driver = driver
    this.#lifetime = lifetime
    this.#payloadBytes = payloadBytes
  }

  async put(
    kind: ArtifactKind,
    bytes: Uint8Array,
    { signal }: CallOptions = {},
  ): Promise<ArtifactId> {
    this.#lifetime.requireOpen(signal)
    const artifact = newArtifact(kind, bytes, this.#payloadBytes)
    await this.#lifetime.during(this.#put(artifact, signal))
    return artifact.id
  }

  async get(id: ArtifactId, { signal }: CallOptions = {}): Promise<Uint8Array> {
    this.#lifetime.requireOpen(signal)
    const artifactId = parseId('artifact_id', id)
    const bytes = await this.#lifetime.during(this.#read(artifactId, signal))
    if (bytes !== undefined) return bytes
    throw new MfmError('artifact_not_found', { details: { artifactId } })
  }

  async exists(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#lifetime.requireOpen(signal)
    const artifactId = parseId('artifact_id', id)
    return await this.#lifetime.during(this.#driver.has(artifactId, signal))
  }

  close(): Promise<void> {
    return this.#lifetime.close()
  }

  /** What was there before is proven, so that nothing points at damage. */
  async #put(artifact: NewArtifact, signal: Signal): Promise<void> {
    if (!(await this.#driver.create(artifact, signal))) await this.#read(artifact.id, signal)
  }

  async #read(artifactId: ArtifactId, signal: Signal): Promise<Uint8Array | undefined> {
    const bytes = await this.#driver.read(artifactId, signal)
    if (bytes === undefined) return undefined
    const actual = artifactIdOf(bytes)
    if (actual === artifactId) return bytes
    throw new MfmError('artifact_corruption', {
      message: `the stored bytes of artifact ${artifactId} are not its bytes`,
      details: { artifactId, expected: artifactId, actual },
    })
  }
}
