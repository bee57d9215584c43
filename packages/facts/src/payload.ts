import type { JsonDocument } from '@mfm/canonical-json'
import { jsonDocument } from '@mfm/canonical-json'
import type { JsonValue, NumberProfile } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import type { SecretGuard } from '@mfm/secrets'

/** A value as it is stored, and as it reads back. */
export type Payload = JsonDocument

export interface PayloadRules {
  readonly guard: SecretGuard
  readonly numbers: NumberProfile | undefined
}

/**
 * A value as the payload of a fact. What the guard judges is what was encoded, not the caller's object.
 *
 * @throws MfmError `fact_payload_not_canonical` with the pointer; `secrets_detected`
 */
export function payloadOf(
  value: JsonValue,
  { guard, numbers }: PayloadRules,
  what: string,
): Payload {
  const plain = encode(value, numbers)
  const admitted = guard.admit(plain.value, what)
  return admitted === plain.value ? plain : encode(admitted, numbers)
}

function encode(given: JsonValue, numbers: NumberProfile | undefined): Payload {
  try {
    return jsonDocument('fact_payload', given, { numbers })
  } catch (cause) {
    throw new MfmError('fact_payload_not_canonical', {
      message: `the value cannot be recorded: ${isMfmError(cause) ? cause.message : String(cause)}`,
      details: isMfmError(cause) && cause.details !== null ? cause.details : undefined,
      cause,
    })
  }
}
