import { hash, randomBytes } from 'node:crypto'
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
import { isArtifactId } from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import { idBytes } from './artifact-writer.ts'
import type { Claim } from './claim.ts'
import type { BoundRow, FactStatements } from './fact-sql.ts'
import { bytesOf, hexOf } from './statement.ts'

export interface FactIndexParts {
  readonly description: StoreDescription
  readonly claim: Claim
  readonly statements: FactStatements
}

/** The fact keys in one schema of a PostgreSQL database. */
export class PostgresFactIndex implements FactIndex {
  readonly description: StoreDescription
  readonly #claim: Claim
  readonly #statements: FactStatements

  constructor({ description, claim, statements }: FactIndexParts) {
    this.description = description
    this.#claim = claim
    this.#statements = statements
  }

  async get(run: RunId, key: FactKey, options?: CallOptions): Promise<ArtifactId | undefined> {
    return await this.#claim.call(options, async (call) => {
      const runId = parseId('run_id', run)
      const digest = keyDigest(parseFactKey(key))
      const { rows } = await this.#claim.database.run(call, this.#statements.get, [runId, digest])
      return rows[0] === undefined ? undefined : boundTo(runId, rows[0])
    })
  }

  async bindIfUnset(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    options?: CallOptions,
  ): Promise<FactBinding> {
    return await this.#claim.call(options, async (call) => {
      const runId = parseId('run_id', run)
      const bytes = Buffer.from(parseFactKey(key))
      const target = idBytes(parseId('artifact_id', id))
      const values = [runId, keyDigest(bytes), bytes, target, randomBytes(TOKEN_BYTES)]
      for (;;) {
        const { rows } = await this.#claim.database.run(call, this.#statements.bind, values)
        // No row: somebody else bound the key after this statement had begun. The next one sees it.
        if (rows[0] === undefined) continue
        return { artifactId: boundTo(runId, rows[0]), inserted: rows[0].is_inserted === 't' }
      }
    })
  }

  /** @throws MfmError `store_outcome_unknown` where an answer was lost, and it is unbound at the second try */
  async unbindIfMatches(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    options?: CallOptions,
  ): Promise<boolean> {
    return await this.#claim.call(options, async (call) => {
      const digest = [parseId('run_id', run), keyDigest(parseFactKey(key))]
      const values = [...digest, idBytes(parseId('artifact_id', id))]
      const { unbind } = this.#statements
      const { rows, isResent } = await this.#claim.database.run(call, unbind, values)
      if (isResent && rows.length === 0) throw new MfmError('store_outcome_unknown')
      return rows.length > 0
    })
  }

  /** In the order of the keys' digests. */
  entries(
    run: RunId,
    { signal }: CallOptions = {},
  ): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    try {
      this.#claim.requireOpen(signal)
      return this.#entries(parseId('run_id', run), signal)
    } catch (error) {
      return failing(error)
    }
  }

  close(): Promise<void> {
    return this.#claim.close()
  }

  async *#entries(
    runId: RunId,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
    let after = Buffer.alloc(0)
    for (;;) {
      const values = [runId, after]
      const { rows } = await this.#claim.call({ signal }, (call) =>
        this.#claim.database.run(call, this.#statements.entries, values),
      )
      if (rows.length === 0) return
      for (const row of rows) {
        this.#claim.requireOpen(signal)
        yield [Buffer.from(bytesOf(row.key ?? '')).toString(), boundTo(runId, row)]
      }
      after = Buffer.from(bytesOf(rows.at(-1)?.key_digest ?? ''))
    }
  }
}

/** Length of what marks a binding as made by one call. */
export const TOKEN_BYTES = 16

/** What a key is kept under. */
export function keyDigest(key: FactKey | Buffer): Buffer {
  return hash('sha256', key, 'buffer')
}

/** @throws MfmError `store_corruption` where it is no artifact id */
export function boundTo(runId: RunId, { artifact }: BoundRow): ArtifactId {
  const id = hexOf(artifact ?? '')
  if (isArtifactId(id)) return id
  throw new MfmError('store_corruption', {
    message: `a fact key of run ${runId} is bound to what is no artifact id`,
    details: { table: 'facts', runId },
  })
}
