import { artifactIdOf, decodeJsonArtifact } from '@mfm/canonical-json'
import type { JsonValue, NumberProfile } from '@mfm/core-types'
import { errorInfoSchema } from '@mfm/core-types'
import { decode, errorFromInfo, MfmError } from '@mfm/errors'
import type { RecordedFact } from '@mfm/facts'

/**
 * The payload of a fact as JSON, proven: hashed, decoded, compared with its canonical form.
 *
 * @throws MfmError `artifact_corruption`, `artifact_decode_failed`, `artifact_float_not_allowed`,
 * `artifact_not_canonical`
 */
export function jsonOf(
  { payloadId }: RecordedFact,
  bytes: Uint8Array,
  numbers?: NumberProfile,
): JsonValue {
  return decodeJsonArtifact(payloadId, bytes, { numbers })
}

/**
 * The payload of a fact as bytes, proven by their hash.
 *
 * @throws MfmError `artifact_corruption`
 */
export function bytesOf({ payloadId }: RecordedFact, bytes: Uint8Array): Uint8Array {
  const actual = artifactIdOf(bytes)
  if (actual === payloadId) return bytes
  throw new MfmError('artifact_corruption', {
    message: `the bytes of artifact ${payloadId} hash to ${actual}`,
    details: { expected: payloadId, actual },
  })
}

/**
 * The error that a failed call ended with.
 *
 * @throws MfmError `fact_payload_decode_failed` where it is none; as {@link jsonOf}
 */
export function failureOf(fact: RecordedFact, bytes: Uint8Array): MfmError {
  return failureFrom(fact, jsonOf(fact, bytes))
}

/** @throws MfmError `fact_payload_decode_failed` where it is none */
export function failureFrom(fact: RecordedFact, payload: JsonValue): MfmError {
  const info = decode(errorInfoSchema, payload, 'fact_payload_decode_failed', {
    what: 'the record of a failed call',
    details: { payloadId: fact.payloadId },
  })
  return errorFromInfo(info)
}
