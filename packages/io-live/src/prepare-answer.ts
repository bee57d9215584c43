import { bytesArtifact } from '@mfm/canonical-json'
import type { Attachment, NewArtifact, TransportAnswer } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { Payload, PayloadRules } from '@mfm/facts'
import { payloadOf } from '@mfm/facts'

/** What a transport gave, as documents. */
export interface PreparedAnswer {
  readonly payload: Payload
  readonly attachments: readonly NewArtifact[]
}

/**
 * Judges an answer before anything of it is kept.
 *
 * @throws MfmError `transport_answer_invalid` for what is no JSON and for an attachment that does not hash to its id;
 * `fact_payload_not_canonical` for JSON that only the number profile refuses; `secrets_detected`, for an attachment in
 * either mode of the guard
 */
export function prepareAnswer(answer: TransportAnswer, rules: PayloadRules): PreparedAnswer {
  if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, 'response')) {
    throw answerInvalid("an answer is an object with a member 'response'")
  }
  try {
    return {
      payload: payloadOf(answer.response, rules, 'the answer of a call'),
      attachments: (answer.attachments ?? []).map((attachment) =>
        checkAttachment(attachment, rules),
      ),
    }
  } catch (error) {
    if (!hasCode(error, 'fact_payload_not_canonical')) throw error
    if (hasCode(error.cause, 'float_not_allowed', 'json_number_inexact')) throw error
    throw answerInvalid(error.message, error.cause)
  }
}

function checkAttachment({ id, bytes }: Attachment, { guard }: PayloadRules): NewArtifact {
  const copy = bytesArtifact('attachment', bytes)
  if (copy.id !== id) throw answerInvalid(`an attachment hashes to ${copy.id}, not to its id ${id}`)
  const text = new TextDecoder().decode(copy.bytes)
  if (guard.admit(text, 'an attachment of an answer') === text) return copy
  throw new MfmError('secrets_detected', {
    message: 'an attachment holds what looks like a secret, and bytes cannot be redacted',
    details: { what: 'an attachment of an answer', artifactId: id },
  })
}

function answerInvalid(message: string, cause?: unknown): MfmError {
  return new MfmError('transport_answer_invalid', { message, cause })
}
