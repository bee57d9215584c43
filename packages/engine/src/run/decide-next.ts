import type { ErrorInfo, RunConfig } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { StateRecord } from '../history/history.ts'
import { countsAsTry } from '../history/outside-ends.ts'

export type NextStep =
  | { readonly type: 'enter'; readonly attempt: number; readonly notBeforeMillis: number | null }
  | { readonly type: 'give_up'; readonly error: ErrorInfo | null }

/**
 * What follows from a state's past; the same in a live loop, in a resume and in a replay. Attempts that ended with
 * their process have a limit of their own and do not use up the retries.
 */
export function decideNext(record: StateRecord | undefined, config: RunConfig): NextStep {
  const failure = record?.lastFailure
  if (record === undefined || failure === undefined) {
    return { type: 'enter', attempt: 0, notBeforeMillis: null }
  }
  if (record.orphans > config.maxOrphanAttempts) {
    return { type: 'give_up', error: orphanLimit(record, failure.stateId, config) }
  }
  const again = !countsAsTry(failure) || record.failures < config.retry.maxAttempts
  if (!failure.error.retryable || !again) return { type: 'give_up', error: null }
  return {
    type: 'enter',
    attempt: record.lastAttempt + 1,
    notBeforeMillis: failure.notBeforeMillis,
  }
}

function orphanLimit(record: StateRecord, stateId: string, config: RunConfig): ErrorInfo {
  return new MfmError('orphan_limit_reached', {
    message: `${record.orphans} attempts at ${stateId} ended with their process; the limit is ${config.maxOrphanAttempts}`,
  }).toInfo()
}
