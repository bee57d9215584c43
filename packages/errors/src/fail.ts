import type { ErrorCategory, JsonObject } from '@mfm/core-types'
import { isSegment } from '@mfm/core-types'
import { MfmError } from './mfm-error.ts'

export interface FailOptions {
  readonly message?: string
  /** Whether the run's retry policy may try the state again. Default `false`. */
  readonly retryable?: boolean
  readonly category?: ErrorCategory
  readonly details?: JsonObject
  readonly cause?: unknown
}

/**
 * Ends a state with a failure of its own.
 *
 * @param code one segment, such as `price_too_old`
 * @throws MfmError always; `invalid_id` where the code is not a segment
 */
export function fail(code: string, options: FailOptions = {}): never {
  if (!isSegment(code)) {
    throw new MfmError('invalid_id', {
      message: `the error code ${JSON.stringify(code)} is not one segment of a-z, 0-9 and _`,
      details: { id: 'error_code', value: code },
    })
  }
  throw new MfmError(
    {
      code,
      category: options.category ?? 'unknown',
      retryable: options.retryable ?? false,
      message: options.message ?? code,
      details: options.details ?? null,
    },
    { cause: options.cause, traits: { scope: 'state', kind: 'other', help: undefined } },
  )
}
