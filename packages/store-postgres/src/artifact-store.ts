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
  StoreDescription,
} from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import type { ArtifactStatements } from './artifact-sql.ts'
import { PAGE_IDS } from './artifact-sql.ts'
import type { ArtifactWriter } from './artifact-writer.ts'
import { corrupt, idBytes } from './artifact-writer.ts'
import { binaryArray } from './binary-array.ts'
import type { Claim } from './claim.ts'
import { bytesOf, hexOf } from './statement.ts'

export interface ArtifactStoreParts {
  readonly description: StoreDescription
  readonly claim: Claim
  readonly statements: ArtifactStatements
  readonly writer: ArtifactWriter
  readonly payloadBytes: number
}

/** The artifacts in one schema of a PostgreSQL database. */
export class PostgresArtifactStore
  implements ArtifactStore, ManyReader, ManyWriter, ArtifactLister, ArtifactEraser
{
  readonly description: StoreDescription
  readonly #parts: ArtifactStoreParts
  readonly #claim: Claim

  constructor(parts: ArtifactStoreParts) {
    this.description = parts.description
    this.#parts = parts
    this.#claim = parts.claim
  }

  async put(kind: ArtifactKind, bytes: Uint8Array, options?: CallOptions): Promise<ArtifactId> {
    return await this.#claim.call(options, async (call) => {
      const artifact = newArtifact(kind, bytes, this.#parts.payloadBytes)
      await this.#parts.writer.put(call, [artifact])
      return artifact.id
    })
  }

  async putMany(
    artifacts: readonly { readonly kind: ArtifactKind; readonly bytes: Uint8Array }[],
    options?: CallOptions,
  ): Promise<readonly ArtifactId[]> {
    return await this.#claim.call(options, async (call) => {
      const { writer, payloadBytes } = this.#parts
      const fresh = listOf(artifacts).map(({ kind, bytes }) =>
        newArtifact(kind, bytes, payloadBytes),
      )
      await writer.put(call, fresh)
      return fresh.map(({ id }) => id)
    })
  }

  async get(id: ArtifactId, options?: CallOptions): Promise<Uint8Array> {
    const [bytes] = await this.getMany([id], options)
    if (bytes !== undefined) return bytes
    throw new MfmError('artifact_not_found', { details: { artifactId: id } })
  }

  async getMany(
    ids: readonly ArtifactId[],
    options?: CallOptions,
  ): Promise<readonly (Uint8Array | undefined)[]> {
    return await this.#claim.call(options, async (call) => {
      const checked = listOf(ids).map((id) => parseId('artifact_id', id))
      const wanted = Array.from(new Set(checked), idBytes)
      const { rows } = await this.#claim.database.run(call, this.#parts.statements.get, [
        binaryArray('bytea', wanted),
      ])
      const columns = new Map(rows.map((row) => [hexOf(row.id ?? ''), row.bytes ?? '']))
      return checked.map((id) => provenBytes(id, columns.get(id)))
    })
  }

  async exists(id: ArtifactId, options?: CallOptions): Promise<boolean> {
    return await this.#claim.call(options, async (call) => {
      const { exists } = this.#parts.statements
      const key = idBytes(parseId('artifact_id', id))
      const { rows } = await this.#claim.database.run(call, exists, [key])
      return rows.length > 0
    })
  }

  /** @throws MfmError `store_outcome_unknown` where an answer was lost, and it is gone at the second try */
  async erase(id: ArtifactId, options?: CallOptions): Promise<boolean> {
    return await this.#claim.call(options, async (call) => {
      const { erase } = this.#parts.statements
      const key = idBytes(parseId('artifact_id', id))
      const { rows, isResent } = await this.#claim.database.run(call, erase, [key])
      if (isResent && rows.length === 0) throw new MfmError('store_outcome_unknown')
      return rows.length > 0
    })
  }

  /** In the order of the ids. */
  list({ signal }: CallOptions = {}): AsyncGenerator<ArtifactId, void> {
    try {
      this.#claim.requireOpen(signal)
      return this.#list(signal)
    } catch (error) {
      return failing(error)
    }
  }

  close(): Promise<void> {
    return this.#claim.close()
  }

  async *#list(signal: AbortSignal | undefined): AsyncGenerator<ArtifactId, void> {
    const { list } = this.#parts.statements
    let after = ''
    for (;;) {
      const start = Buffer.from(after, 'hex')
      const { rows } = await this.#claim.call({ signal }, (call) =>
        this.#claim.database.run(call, list, [start]),
      )
      for (const row of rows) {
        this.#claim.requireOpen(signal)
        after = hexOf(row.id ?? '')
        yield parseId('artifact_id', after)
      }
      if (rows.length < PAGE_IDS) return
    }
  }
}

/** @throws MfmError `artifact_corruption` */
function provenBytes(id: ArtifactId, column: string | undefined): Uint8Array | undefined {
  if (column === undefined) return undefined
  const bytes = bytesOf(column)
  const actual = artifactIdOf(bytes)
  if (actual !== id) throw corrupt(id, actual)
  return bytes
}

function listOf<T>(given: readonly T[]): readonly T[] {
  if (Array.isArray(given)) return given
  throw new MfmError('invalid_input', { message: 'expected an array' })
}
