import type { ErrorInfo, FactKey } from '@mfm/core-types'
import { isSegment } from '@mfm/core-types'
import { errorFromInfo, isMfmError, MfmError } from '@mfm/errors'

/** A longer message is cut: it may quote a whole body. */
const LONGEST_MESSAGE = 10_000

/**
 * The wire form of a failed call, as it may be stored: without details and with a redacted message. What a transport
 * throws that is no typed error is `transport_failed`.
 */
export function failureInfo(error: unknown, redactText: (text: string) => string): ErrorInfo {
  const known = isMfmError(error) && isSegment(error.code)
  const typed = known ? error : new MfmError('transport_failed', { message: messageOf(error) })
  const message = redactText(typed.message.slice(0, LONGEST_MESSAGE).toWellFormed())
  return { ...typed.toInfo(), message, details: null }
}

/** The error that a replay of the failure throws too; the live error is kept as its cause, for logs. */
export function failureError(info: ErrorInfo, cause: unknown): MfmError {
  const error = errorFromInfo(info)
  Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true })
  return error
}

/** The error for a key that somebody else has bound in the meantime. */
export function bindingConflict(key: FactKey): MfmError {
  return new MfmError('fact_payload_conflict', {
    message: `the fact ${JSON.stringify(key)} is bound to another value`,
    details: { key },
  })
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`
  return typeof error === 'string' ? error : `a transport threw a value of type ${typeof error}`
}
