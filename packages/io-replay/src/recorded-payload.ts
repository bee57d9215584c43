import { artifactIdOf, decodeJsonArtifact } from '@mfm/canonical-json'
import type { JsonValue, NumberProfile } from '@mfm/core-types'
import { errorInfoSchema } from '@mfm/core-types'
import { decode, errorFromInfo, MfmError } from '@mfm/errors'
import type { RecordedFact } from '@mfm/facts'
import type { FactSource } from './fact-source.ts'

/**
 * The payload of a fact as JSON, proven: hashed, decoded, compared with its canonical form.
 *
 * @throws MfmError `fact_payload_get_failed`, `artifact_corruption`, `artifact_decode_failed`,
 * `artifact_float_not_allowed`, `artifact_not_canonical`
 */
export async function readJson(
  source: FactSource,
  fact: RecordedFact,
  numbers?: NumberProfile,
): Promise<JsonValue> {
  return decodeJsonArtifact(fact.payloadId, await source.read(fact), { numbers })
}

/**
 * The payload of a fact as bytes, proven by their hash.
 *
 * @throws MfmError `fact_payload_get_failed`, `artifact_corruption`
 */
export async function readBytes(source: FactSource, fact: RecordedFact): Promise<Uint8Array> {
  const { payloadId } = fact
  const bytes = await source.read(fact)
  const actual = artifactIdOf(bytes)
  if (actual === payloadId) return bytes
  throw new MfmError('artifact_corruption', {
    message: `the bytes of artifact ${payloadId} hash to ${actual}`,
    details: { expected: payloadId, actual },
  })
}

/** The error that a failed call ended with. */
export async function readFailure(source: FactSource, fact: RecordedFact): Promise<MfmError> {
  const value = await readJson(source, fact)
  const { payloadId } = fact
  const info = decode(errorInfoSchema, value, 'fact_payload_decode_failed', {
    what: 'the record of a failed call',
    details: { payloadId },
  })
  return errorFromInfo(info)
}
