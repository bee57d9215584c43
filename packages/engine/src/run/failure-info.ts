import { inspect } from 'node:util'
import type { ErrorInfo, JsonObject, JsonValue } from '@mfm/core-types'
import { isSegment } from '@mfm/core-types'
import { hasCode, isMfmError, MfmError } from '@mfm/errors'
import type { SecretGuard } from '@mfm/secrets'

/** Characters of a message that are kept. */
const MESSAGE_LIMIT = 2000

/**
 * The record of a failure: always storable. Free text is redacted, the code is a segment, and of details only those
 * are kept that are given.
 */
export function failureInfo(error: unknown, guard: SecretGuard, details?: JsonObject): ErrorInfo {
  const typed = isMfmError(error) ? error : threw(error)
  const message = guard.redactText(typed.message).toWellFormed().slice(0, MESSAGE_LIMIT)
  const code = isSegment(typed.code) ? typed.code : 'state_threw'
  return {
    code,
    category: typed.category,
    retryable: typed.retryable,
    message: message.toWellFormed(),
    details: details === undefined ? null : admitted(details, guard),
  }
}

function admitted(details: JsonObject, guard: SecretGuard): JsonValue {
  try {
    return guard.admit(details, 'the details of a failure')
  } catch (error) {
    if (hasCode(error, 'secrets_detected')) return null
    throw error
  }
}

function threw(error: unknown): MfmError {
  const text =
    error instanceof Error ? `${error.name}: ${error.message}` : inspect(error, { depth: 0 })
  return new MfmError('state_threw', { message: text, cause: error })
}
