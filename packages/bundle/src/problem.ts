import type { JsonObject } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** What can be wrong with a bundle: `details.problem` of `bundle_invalid`. */
export type BundleProblem =
  | 'not_a_bundle'
  | 'truncated'
  | 'trailing_data'
  | 'header'
  | 'padding'
  | 'manifest'
  | 'entry_unexpected'
  | 'event'
  | 'event_order'
  | 'event_link'
  | 'event_head'
  | 'fact_conflict'
  | 'document_digest'
  | 'document_decode'
  | 'omission'
  | 'count'
  | 'root'

interface ProblemOptions {
  readonly message: string
  readonly details?: JsonObject
  readonly cause?: unknown
}

export function invalidBundle(
  problem: BundleProblem,
  { message, details = {}, cause }: ProblemOptions,
): MfmError {
  return new MfmError('bundle_invalid', { message, details: { problem, ...details }, cause })
}

export function tooLarge(limit: string, allowed: number, found: number): MfmError {
  return new MfmError('bundle_too_large', {
    message: `the bundle breaks the limit ${limit}: ${found} where ${allowed} are allowed`,
    details: { limit, allowed, found },
  })
}
