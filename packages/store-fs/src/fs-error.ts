import { isMfmError, MfmError } from '@mfm/errors'

/** The name that the operating system gives to an error, such as `ENOSPC`; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Any error of a call in the words of the ports; the reason of an aborted signal as it is. */
export function storeError(error: unknown, path: string, signal?: AbortSignal): unknown {
  if (isMfmError(error)) return error
  if (signal?.aborted === true && error === signal.reason) return error
  const code = systemCode(error)
  if (code === undefined) return new MfmError('store_failed', { details: { path }, cause: error })
  return new MfmError('store_unavailable', {
    message: `the folder ${path} cannot be used: ${code}`,
    details: { path, systemCode: code },
    cause: error,
  })
}
