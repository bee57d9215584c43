import { decodeJsonArtifact, diffJson, parseJson } from '@mfm/canonical-json'
import type { ArtifactId, ArtifactStore, JsonValue } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { DiffRow } from './run-diff.ts'

/** Rows of one difference. */
const MAX_ROWS = 20

/** Where two values differ; JSON that stands in a text, as bodies do, is looked into. */
export function diffValues(a: JsonValue | undefined, b: JsonValue | undefined): DiffRow[] {
  if (a === undefined || b === undefined) {
    return a === b ? [] : [{ pointer: '', ...sides(a, b) }]
  }
  return diffJson(a, b, MAX_ROWS).flatMap(({ pointer, recorded, requested }) => {
    const inner = innerRows(recorded, requested)
    if (inner === undefined) return [{ pointer, ...sides(recorded, requested) }]
    return inner.map((row) => ({ pointer, within: row.pointer, ...sides(row.a, row.b) }))
  })
}

/** The differences inside two texts that are both JSON; `undefined` where they are not, or differ in spelling alone. */
function innerRows(
  a: JsonValue | undefined,
  b: JsonValue | undefined,
): readonly DiffRow[] | undefined {
  const [left, right] = [documentIn(a), documentIn(b)]
  if (left === undefined || right === undefined) return undefined
  const rows = diffJson(left, right, MAX_ROWS)
  if (rows.length === 0) return undefined
  return rows.map(({ pointer, recorded, requested }) => ({
    pointer,
    ...sides(recorded, requested),
  }))
}

function documentIn(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return undefined
  try {
    return parseJson(value, { integers: 'bigint' })
  } catch {
    return undefined
  }
}

function sides(a: JsonValue | undefined, b: JsonValue | undefined): Pick<DiffRow, 'a' | 'b'> {
  return { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) }
}

/** Reads documents of two runs, and counts them. An address means the same in every store. */
export class DocumentReader {
  readonly #first: ArtifactStore
  readonly #second: ArtifactStore
  count = 0

  constructor(first: ArtifactStore, second: ArtifactStore) {
    this.#first = first
    this.#second = second
  }

  readonly load = async (id: ArtifactId): Promise<Uint8Array> => {
    this.count += 1
    try {
      return await this.#first.get(id)
    } catch (error) {
      if (this.#first === this.#second || !hasCode(error, 'artifact_not_found')) throw error
      return await this.#second.get(id)
    }
  }

  /** The document as JSON; its address where it is none, or is not kept any more. */
  async json(id: ArtifactId): Promise<JsonValue> {
    try {
      return decodeJsonArtifact(id, await this.load(id))
    } catch (error) {
      if (
        hasCode(error, 'artifact_not_found', 'artifact_decode_failed', 'artifact_not_canonical')
      ) {
        return id
      }
      throw error
    }
  }
}
