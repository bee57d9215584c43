import { newArtifact } from '@mfm/adapter-kit'
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
import type { ArtifactWriter } from './artifact-writer.ts'
import type { Bucket } from './bucket.ts'
import { corruptArtifact } from './corrupt-artifact.ts'
import type { Effort } from './flight.ts'
import { Flight, Flights } from './flight.ts'
import type { Lifetime } from './lifetime.ts'
import { listArtifacts } from './list-artifacts.ts'
import { mapLimited } from './map-limited.ts'
import { artifactKey, artifactsPrefix } from './object-key.ts'
import type { CheckedOptions } from './options.ts'
import { storeError } from './s3-error.ts'
import { SmallCache } from './small-cache.ts'

/** Objects up to this size are read whatever this store's own limit for puts is. */
const READ_LIMIT_BYTES = 64 * 2 ** 20

const DESCRIPTION: StoreDescription = Object.freeze({
  name: 'store-s3',
  durability: 'replicated',
  capabilities: Object.freeze(['getMany', 'putMany', 'list', 'erase'] as const),
})

export interface S3ArtifactStoreParts {
  readonly options: CheckedOptions
  readonly bucket: Bucket
  readonly writer: ArtifactWriter
  readonly lifetime: Lifetime
  /** Ends the client where it belongs to the store. */
  readonly disconnect: () => void
}

/** Artifacts in one bucket. Made by `openS3ArtifactStore`. */
export class S3ArtifactStore
  implements ArtifactStore, ManyReader, ManyWriter, ArtifactLister, ArtifactEraser, AsyncDisposable
{
  readonly description: StoreDescription = DESCRIPTION
  readonly #options: CheckedOptions
  readonly #bucket: Bucket
  readonly #writer: ArtifactWriter
  readonly #lifetime: Lifetime
  readonly #disconnect: () => void
  readonly #puts: Flights<ArtifactId, void>
  readonly #gets: Flights<ArtifactId, Uint8Array | undefined>
  readonly #cache: SmallCache

  constructor({ options, bucket, writer, lifetime, disconnect }: S3ArtifactStoreParts) {
    this.#options = options
    this.#bucket = bucket
    this.#writer = writer
    this.#lifetime = lifetime
    this.#disconnect = disconnect
    this.#puts = new Flights(options.callMillis)
    this.#gets = new Flights(options.callMillis)
    this.#cache = new SmallCache(options.limits.cacheBytes)
  }

  async put(
    kind: ArtifactKind,
    bytes: Uint8Array,
    { signal }: CallOptions = {},
  ): Promise<ArtifactId> {
    this.#lifetime.requireOpen(signal)
    const artifact = newArtifact(kind, bytes, this.#options.limits.payloadBytes)
    await this.#put(artifact, signal)
    return artifact.id
  }

  async putMany(
    artifacts: readonly { readonly kind: ArtifactKind; readonly bytes: Uint8Array }[],
    { signal }: CallOptions = {},
  ): Promise<readonly ArtifactId[]> {
    this.#lifetime.requireOpen(signal)
    const { payloadBytes, concurrency } = this.#options.limits
    const given = artifacts.map(({ kind, bytes }) => newArtifact(kind, bytes, payloadBytes))
    const putting = mapLimited(given, { width: concurrency, signal }, (artifact, until) =>
      this.#put(artifact, until),
    )
    await this.#lifetime.track(putting)
    return given.map(({ id }) => id)
  }

  async get(id: ArtifactId, { signal }: CallOptions = {}): Promise<Uint8Array> {
    this.#lifetime.requireOpen(signal)
    const bytes = await this.#get(parseId('artifact_id', id), signal)
    if (bytes !== undefined) return bytes
    throw new MfmError('artifact_not_found', { details: { artifactId: id } })
  }

  async getMany(
    ids: readonly ArtifactId[],
    { signal }: CallOptions = {},
  ): Promise<readonly (Uint8Array | undefined)[]> {
    this.#lifetime.requireOpen(signal)
    const asked = ids.map((id) => parseId('artifact_id', id))
    const bounds = { width: this.#options.limits.concurrency, signal }
    return await this.#lifetime.track(
      mapLimited(asked, bounds, (id, until) => this.#get(id, until)),
    )
  }

  async exists(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#lifetime.requireOpen(signal)
    const key = this.#key(parseId('artifact_id', id))
    return await this.#alone(signal, (effort) => this.#bucket.has(effort, key))
  }

  async *list({ signal }: CallOptions = {}): AsyncGenerator<ArtifactId, void> {
    const { prefix } = this.#options
    const ids = listArtifacts(prefix, async (token) => {
      this.#lifetime.requireOpen(signal)
      const from = artifactsPrefix(prefix)
      return await this.#alone(signal, (effort) => this.#bucket.page(effort, from, token))
    })
    for await (const id of ids) {
      this.#lifetime.requireOpen(signal)
      yield id
    }
  }

  /** In a bucket with versions the bytes stay as an older version until the bucket's own rules remove it. */
  async erase(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#lifetime.requireOpen(signal)
    const key = this.#key(parseId('artifact_id', id))
    try {
      return await this.#alone(signal, async (effort) => {
        const isThere = await this.#bucket.has(effort, key)
        if (isThere) await this.#bucket.remove(effort, key)
        return isThere
      })
    } finally {
      // What was asked for before the removal may answer from before it.
      this.#puts.detach(id)
      this.#gets.detach(id)
      this.#cache.forget(id)
    }
  }

  /** Waits for what is under way. A client that was given stays open. */
  async close(): Promise<void> {
    await this.#lifetime.end()
    this.#disconnect()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #put(artifact: NewArtifact, signal: AbortSignal | undefined): Promise<void> {
    const work = this.#work((effort) => this.#writer.put(effort, artifact))
    await this.#puts.open(artifact.id, work).join(signal)
  }

  /** In a buffer that nobody else has. */
  async #get(id: ArtifactId, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    const cached = this.#cache.get(id)
    if (cached !== undefined) return cached
    const flight = this.#gets.open(
      id,
      this.#work((effort) => this.#read(effort, id)),
    )
    const bytes = await flight.join(signal)
    return bytes !== undefined && flight.isShared ? new Uint8Array(bytes) : bytes
  }

  async #read(effort: Effort, id: ArtifactId): Promise<Uint8Array | undefined> {
    const { epoch } = this.#cache
    const limit = Math.max(this.#options.limits.payloadBytes, READ_LIMIT_BYTES)
    const bytes = await this.#bucket.read(effort, this.#key(id), limit)
    if (bytes === undefined) return undefined
    const actual = artifactIdOf(bytes)
    if (actual !== id) throw corruptArtifact(id, actual)
    this.#cache.add(id, bytes, epoch)
    return bytes
  }

  /** A call that shares its work with no other. */
  async #alone<T>(
    signal: AbortSignal | undefined,
    work: (effort: Effort) => Promise<T>,
  ): Promise<T> {
    return await new Flight(this.#options.callMillis, this.#work(work)).join(signal)
  }

  /** With the errors of the port. It may go on after an abort, to leave nothing behind; `close` waits for it. */
  #work<T>(work: (effort: Effort) => Promise<T>): (effort: Effort) => Promise<T> {
    return (effort) =>
      this.#lifetime.track(
        work(effort).catch((error: unknown) => {
          effort.signal.throwIfAborted()
          throw storeError(error, this.#options.bucket)
        }),
      )
  }

  #key(id: ArtifactId): string {
    return artifactKey(this.#options.prefix, id)
  }
}
