import { diffJson, parseJson } from '@mfm/canonical-json'
import type { FactKey, FactMeta, JsonObject, JsonValue, NewArtifact } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { annotate } from './annotations.ts'
import type { AskedCall } from './asked-call.ts'
import { requestOf } from './identify-request.ts'

/** Rows of a difference that an error names. */
const MAX_ROWS = 20

/** Whether a fact was recorded by the very call that is asked. A fact of unknown origin answers every call. */
export function isSameCall(meta: FactMeta | undefined, asked: AskedCall): boolean {
  if (meta === undefined) return true
  return meta.requestId === asked.identity.artifact.id && meta.namespace === asked.namespace
}

/**
 * The error for a key that is bound by another call.
 *
 * @param recorded the recorded request, `undefined` where it cannot be had
 */
export function divergedError(
  asked: AskedCall,
  meta: FactMeta,
  recorded: JsonValue | undefined,
): MfmError {
  const differences =
    recorded === undefined ? [] : diffJson(recorded, requestOf(asked.identity), MAX_ROWS)
  const pointers = differences.map(({ pointer }) => pointer || '(all of it)').join(', ')
  const what = meta.namespace === asked.namespace ? 'request' : 'namespace'
  const options = {
    message: `the fact ${JSON.stringify(asked.key)} was recorded with another ${what}${pointers === '' ? '' : `: ${pointers}`}`,
    details: {
      key: asked.key,
      differences: differences.map((row) => ({ ...row })),
      namespace: { recorded: meta.namespace, requested: asked.namespace },
      request: requestOf(asked.identity),
      requestId: { recorded: meta.requestId, requested: asked.identity.artifact.id },
      ordinal: asked.ordinal,
      recorded: placeOf(meta),
    },
  }
  return annotate(new MfmError('fact_diverged', options), { location: asked.location })
}

export interface ConflictingValue {
  readonly key: FactKey
  /** Of the operation that gives the other value. */
  readonly ordinal: number
  readonly location?: string | undefined
  /** Where the recorded value came from. */
  readonly meta: FactMeta | undefined
}

/**
 * The error for a value under a key that is bound to another one.
 *
 * @param recorded the bytes of the recorded value, `undefined` where they cannot be had
 */
export function valueConflict(
  { key, meta, ordinal, location }: ConflictingValue,
  recorded: Uint8Array | undefined,
  given: NewArtifact,
): MfmError {
  const differences = valueDifferences(recorded, given)
  const options = {
    message: `the fact ${JSON.stringify(key)} is bound to another value`,
    details: {
      key,
      differences,
      namespace: 'value',
      ordinal,
      ...(meta !== undefined && { recorded: placeOf(meta) }),
    },
  }
  return annotate(new MfmError('fact_payload_conflict', options), { location })
}

/** Where a fact was recorded, for the details of an error. */
export function placeOf({ stateId, attempt, ordinal, location }: FactMeta): JsonObject {
  return { stateId, attempt, ordinal, ...(location !== undefined && { location }) }
}

/** None where the key is bound to what is no JSON. */
function valueDifferences(recorded: Uint8Array | undefined, given: NewArtifact): JsonObject[] {
  if (recorded === undefined) return []
  try {
    const [before, after] = [recorded, given.bytes].map((bytes) =>
      parseJson(bytes, { integers: 'bigint' }),
    )
    const rows = diffJson(before ?? null, after ?? null, MAX_ROWS)
    return rows.map((row) => ({ ...row }))
  } catch {
    return []
  }
}
