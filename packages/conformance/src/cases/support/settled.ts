import assert from 'node:assert/strict'
import { isMfmError } from '@mfm/errors'

export async function settle<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([work])
  return result
}

/** Requires that an aborted call was over before, or ended with the reason of its signal. */
export function requireAborted(result: PromiseSettledResult<unknown>, reason: unknown): void {
  const isFine = result.status === 'fulfilled' || result.reason === reason
  assert.ok(isFine, `an aborted call rejected with ${describe(result)}`)
}

/** Requires that a call over a bad line succeeded, or failed with an error of the catalogue that may be retried. */
export function requireDoneOrRetryable(result: PromiseSettledResult<unknown>): void {
  const isFine =
    result.status === 'fulfilled' || (isMfmError(result.reason) && result.reason.retryable)
  assert.ok(isFine, `a fault of the network became ${describe(result)}`)
}

function describe(result: PromiseSettledResult<unknown>): string {
  if (result.status === 'fulfilled') return 'a success'
  return isMfmError(result.reason) ? result.reason.code : String(result.reason)
}
