import { bytesArtifact } from '@mfm/canonical-json'
import type { Attachment, JsonValue, NewArtifact, TransportAnswer } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { Payload, PayloadRules } from '@mfm/facts'
import { payloadOf } from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'

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
  refuseShapeless(answer)
  if (answer.body !== undefined) throw answerInvalid("a call without 'stream' has no body")
  try {
    return {
      payload: payloadOf(answer.response, rules, 'the answer of a call'),
      attachments: (answer.attachments ?? []).map((attachment) =>
        checkAttachment(attachment, rules),
      ),
    }
  } catch (error) {
    throw unrecordable(error)
  }
}

/** What a transport gave at the beginning of a streamed answer. */
export interface PreparedStream {
  readonly response: JsonValue
  readonly source: AsyncIterator<Uint8Array>
}

/**
 * Judges the head of a streamed answer before anybody has it.
 *
 * @throws MfmError `transport_answer_invalid`, `fact_payload_not_canonical`, `secrets_detected`
 */
export function prepareStream(answer: TransportAnswer, rules: PayloadRules): PreparedStream {
  refuseShapeless(answer)
  const { body, attachments = [] } = answer
  if (body === undefined || attachments.length > 0) {
    throw answerInvalid("the answer of a call with 'stream' has a body and no attachments")
  }
  try {
    const { value } = payloadOf(answer.response, rules, 'the answer of a call')
    return { response: value, source: body[Symbol.asyncIterator]() }
  } catch (error) {
    throw unrecordable(error)
  }
}

function refuseShapeless(answer: TransportAnswer): void {
  if (typeof answer === 'object' && answer !== null && Object.hasOwn(answer, 'response')) return
  throw answerInvalid("an answer is an object with a member 'response'")
}

/** What only the number profile refuses is the caller's affair; anything else is the transport's. */
function unrecordable(error: unknown): unknown {
  if (!hasCode(error, 'fact_payload_not_canonical')) return error
  if (hasCode(error.cause, 'float_not_allowed', 'json_number_inexact')) return error
  return answerInvalid(error.message, error.cause)
}

function checkAttachment({ id, bytes }: Attachment, { guard }: PayloadRules): NewArtifact {
  const copy = bytesArtifact('attachment', bytes)
  if (copy.id !== id) throw answerInvalid(`an attachment hashes to ${copy.id}, not to its id ${id}`)
  judgeAttachment(copy, guard)
  return copy
}

/** @throws MfmError `secrets_detected`, in either mode of the guard */
export function judgeAttachment({ id, bytes }: NewArtifact, guard: SecretGuard): void {
  const text = new TextDecoder().decode(bytes)
  if (guard.admit(text, 'an attachment of an answer') === text) return
  throw new MfmError('secrets_detected', {
    message: 'an attachment holds what looks like a secret, and bytes cannot be redacted',
    details: { what: 'an attachment of an answer', artifactId: id },
  })
}

function answerInvalid(message: string, cause?: unknown): MfmError {
  return new MfmError('transport_answer_invalid', { message, cause })
}
