import { isMfmError, MfmError } from '@mfm/errors'

/** The error of an operation that an aborted signal ends: the signal's reason where that is a typed error. */
export function abortError({ reason }: AbortSignal): MfmError {
  return isMfmError(reason) ? reason : new MfmError('call_aborted', { cause: reason })
}
