import type { Backoff } from '@mfm/core-types'

/** Milliseconds to wait after the failure of a zero-based attempt. */
export function backoffMillis(backoff: Backoff, attempt: number): number {
  if (backoff.type === 'fixed') return backoff.delayMillis
  return Math.min(backoff.maxDelayMillis, backoff.baseDelayMillis * 2 ** Math.min(attempt, 31))
}
