import { failing, newArtifact } from '@mfm/adapter-kit'
import { artifactIdOf } from '@mfm/canonical-json'
import type {
  ArtifactEraser,
  ArtifactId,
  ArtifactKind,
  ArtifactLister,
  ArtifactStore,
  CallOptions,
  ManyReader,
  ManyWriter,
  NewArtifact,
  StoreDescription,
} from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import type { ArtifactDriver } from './artifact-driver.ts'
import type { Lifetime } from './lifetime.ts'
import type { Signal } from './link.ts'
import { inWindows } from './parts.ts'

export interface ArtifactStoreParts {
  readonly description: StoreDescription
  readonly driver: ArtifactDriver
  readonly lifetime: Lifetime
  readonly payloadBytes: number
}

/** The artifacts in one stream. */
export class NatsArtifactStore
  implements ArtifactStore, ManyReader, ManyWriter, ArtifactLister, ArtifactEraser
{
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

  async putMany(
    artifacts: readonly { readonly kind: ArtifactKind; readonly bytes: Uint8Array }[],
    { signal }: CallOptions = {},
  ): Promise<readonly ArtifactId[]> {
    this.#lifetime.requireOpen(signal)
    const given = artifacts.map(({ kind, bytes }) => newArtifact(kind, bytes, this.#payloadBytes))
    const fresh = Array.from(new Map(given.map((artifact) => [artifact.id, artifact])).values())
    const putting = inWindows(fresh.length, async (index) => {
      const artifact = fresh[index]
      if (artifact !== undefined) await this.#put(artifact, signal)
    })
    await this.#lifetime.during(putting)
    return given.map(({ id }) => id)
  }

  async get(id: ArtifactId, { signal }: CallOptions = {}): Promise<Uint8Array> {
    this.#lifetime.requireOpen(signal)
    const artifactId = parseId('artifact_id', id)
    const bytes = await this.#lifetime.during(this.#read(artifactId, signal))
    if (bytes !== undefined) return bytes
    throw new MfmError('artifact_not_found', { details: { artifactId } })
  }

  async getMany(
    ids: readonly ArtifactId[],
    { signal }: CallOptions = {},
  ): Promise<readonly (Uint8Array | undefined)[]> {
    this.#lifetime.requireOpen(signal)
    const checked = ids.map((id) => parseId('artifact_id', id))
    const found: (Uint8Array | undefined)[] = checked.map(() => undefined)
    const reading = inWindows(checked.length, async (index) => {
      const id = checked[index]
      if (id !== undefined) found[index] = await this.#read(id, signal)
    })
    await this.#lifetime.during(reading)
    return found
  }

  async exists(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#lifetime.requireOpen(signal)
    const artifactId = parseId('artifact_id', id)
    return await this.#lifetime.during(this.#driver.has(artifactId, signal))
  }

  async erase(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#lifetime.requireOpen(signal)
    const artifactId = parseId('artifact_id', id)
    return await this.#lifetime.during(this.#driver.erase(artifactId, signal))
  }

  list({ signal }: CallOptions = {}): AsyncGenerator<ArtifactId, void> {
    try {
      this.#lifetime.requireOpen(signal)
      const ids = this.#lifetime.during(this.#driver.list(signal))
      ids.catch(() => undefined) // whoever iterates hears of it
      return this.#list(ids, signal)
    } catch (error) {
      return failing(error)
    }
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

  async *#list(
    ids: Promise<readonly ArtifactId[]>,
    signal: Signal,
  ): AsyncGenerator<ArtifactId, void> {
    for (const id of await ids) {
      this.#lifetime.requireOpen(signal)
      yield id
    }
  }
}
