import { failing, newArtifact } from '@mfm/adapter-kit'
import type {
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
import { asArtifactDamage, readArtifact } from './artifact-bytes.ts'
import { listArtifacts } from './artifact-list.ts'
import { PREFETCHED_ROWS } from './log.ts'
import { NO_BINDINGS } from './recorder.ts'
import type { Claim } from './shared-file.ts'

export interface ArtifactStoreParts {
  readonly description: StoreDescription
  readonly claim: Claim
  readonly payloadBytes: number
}

/** The artifacts in one SQLite file. */
export class SqliteArtifactStore implements ArtifactStore, ManyReader, ManyWriter, ArtifactLister {
  readonly description: StoreDescription
  readonly #claim: Claim
  readonly #payloadBytes: number

  constructor({ description, claim, payloadBytes }: ArtifactStoreParts) {
    this.description = description
    this.#claim = claim
    this.#payloadBytes = payloadBytes
  }

  async put(
    kind: ArtifactKind,
    bytes: Uint8Array,
    { signal }: CallOptions = {},
  ): Promise<ArtifactId> {
    this.#claim.requireOpen(signal)
    const artifact = newArtifact(kind, bytes, this.#payloadBytes)
    return await this.#claim.backend.write(signal, (journal, recorder) => {
      if (readArtifact(journal, artifact.id) === undefined) {
        const artifacts = [artifact]
        recorder.record({ run: undefined, artifacts, bindings: NO_BINDINGS, events: [] })
      }
      return artifact.id
    })
  }

  async putMany(
    artifacts: readonly { readonly kind: ArtifactKind; readonly bytes: Uint8Array }[],
    { signal }: CallOptions = {},
  ): Promise<readonly ArtifactId[]> {
    this.#claim.requireOpen(signal)
    const given = artifacts.map(({ kind, bytes }) => newArtifact(kind, bytes, this.#payloadBytes))
    const distinct = Array.from(new Map(given.map((artifact) => [artifact.id, artifact])).values())
    return await this.#claim.backend.write(signal, (journal, recorder) => {
      const fresh = distinct.filter(({ id }) => readArtifact(journal, id) === undefined)
      recorder.record({ run: undefined, artifacts: fresh, bindings: NO_BINDINGS, events: [] })
      return given.map(({ id }) => id)
    })
  }

  async get(id: ArtifactId, { signal }: CallOptions = {}): Promise<Uint8Array> {
    const [bytes] = await this.#read([id], signal).catch(asArtifactDamage(id))
    if (bytes !== undefined) return bytes
    throw new MfmError('artifact_not_found', { details: { artifactId: id } })
  }

  async getMany(
    ids: readonly ArtifactId[],
    { signal }: CallOptions = {},
  ): Promise<readonly (Uint8Array | undefined)[]> {
    return await this.#read(ids, signal)
  }

  async exists(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#claim.requireOpen(signal)
    const artifactId = parseId('artifact_id', id)
    return await this.#claim.backend.read(signal, (journal) => journal.hasArtifact(artifactId))
  }

  /** What is stored when this is called. */
  list({ signal }: CallOptions = {}): AsyncGenerator<ArtifactId, void> {
    try {
      this.#claim.requireOpen(signal)
      const lastRow = this.#claim.backend.readNow((journal) => journal.lastRow)
      return listArtifacts(this.#claim, signal, lastRow)
    } catch (error) {
      return failing(error)
    }
  }

  close(): Promise<void> {
    return this.#claim.close()
  }

  async #read(
    ids: readonly ArtifactId[],
    signal: AbortSignal | undefined,
  ): Promise<(Uint8Array | undefined)[]> {
    this.#claim.requireOpen(signal)
    const checked = ids.map((id) => parseId('artifact_id', id))
    return await this.#claim.backend.read(signal, (journal) => {
      const found: (Uint8Array | undefined)[] = []
      for (let at = 0; at < checked.length; at += PREFETCHED_ROWS) {
        const step = checked.slice(at, at + PREFETCHED_ROWS)
        if (step.length > 1) journal.prefetchArtifacts(step)
        found.push(...step.map((id) => readArtifact(journal, id)))
      }
      return found
    })
  }
}
