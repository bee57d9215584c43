import type { ArtifactId, NewArtifact } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { ArtifactStatements, StoredRow } from './artifact-sql.ts'
import { binaryArray } from './binary-array.ts'
import type { Call } from './call.ts'
import type { Database } from './database.ts'
import type { Value } from './statement.ts'
import { hexOf } from './statement.ts'

/** A statement takes artifacts until it has reached this size, or so many. */
const STATEMENT_BYTES = 2 ** 24
const STATEMENT_ARTIFACTS = 1000

/** Writes artifacts, and proves those that are there already. */
export class ArtifactWriter {
  readonly #database: Database
  readonly #statements: ArtifactStatements

  constructor(database: Database, statements: ArtifactStatements) {
    this.#database = database
    this.#statements = statements
  }

  /** @throws MfmError `artifact_corruption` */
  async put(call: Call, artifacts: readonly NewArtifact[]): Promise<void> {
    for (const part of parts(distinct(artifacts))) {
      let left = part
      while (left.length > 0) {
        const { rows } = await this.#database.run(call, this.#statements.put, artifactValues(left))
        const settled = provenIds(rows)
        // The rest was written by somebody else after this statement had begun: the next one sees it.
        left = left.filter(({ id }) => !settled.has(id))
      }
    }
  }

  /** @throws MfmError `artifact_corruption` where one of them is there and damaged */
  async requireSound(call: Call, artifacts: readonly NewArtifact[]): Promise<void> {
    const ids = binaryArray(
      'bytea',
      artifacts.map(({ id }) => idBytes(id)),
    )
    const { rows } = await this.#database.run(call, this.#statements.proofs, [ids])
    provenIds(rows)
  }
}

/** `$1` to `$3` of a statement that puts artifacts. */
export function artifactValues(artifacts: readonly NewArtifact[]): readonly Value[] {
  return [
    binaryArray(
      'bytea',
      artifacts.map(({ id }) => idBytes(id)),
    ),
    binaryArray(
      'text',
      artifacts.map(({ kind }) => kind),
    ),
    binaryArray(
      'bytea',
      artifacts.map(({ bytes }) => bytes),
    ),
  ]
}

/** Each artifact once, in the order of their ids: writers that take them in one order never wait for each other in a ring. */
export function distinct(artifacts: readonly NewArtifact[]): readonly NewArtifact[] {
  const byId = new Map(artifacts.map((artifact) => [artifact.id, artifact]))
  return Array.from(byId.values()).sort((one, other) => (one.id < other.id ? -1 : 1))
}

export function idBytes(id: ArtifactId): Buffer {
  return Buffer.from(id, 'hex')
}

export function corrupt(id: string, actual: string): MfmError {
  return new MfmError('artifact_corruption', {
    message: `the stored bytes of artifact ${id} are not its bytes`,
    details: { artifactId: id, expected: id, actual },
  })
}

function provenIds(rows: readonly StoredRow[]): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const row of rows) {
    const id = hexOf(row.id ?? '')
    if (row.actual !== null && row.actual !== row.id) throw corrupt(id, hexOf(row.actual))
    ids.add(id)
  }
  return ids
}

function* parts(artifacts: readonly NewArtifact[]): Generator<readonly NewArtifact[]> {
  let part: NewArtifact[] = []
  let size = 0
  for (const artifact of artifacts) {
    part.push(artifact)
    size += artifact.bytes.length
    if (size < STATEMENT_BYTES && part.length < STATEMENT_ARTIFACTS) continue
    yield part
    part = []
    size = 0
  }
  if (part.length > 0) yield part
}
