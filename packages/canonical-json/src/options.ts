import type { NumberProfile } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

export interface CanonicalOptions {
  /** Default `rfc8785`. */
  readonly numbers?: NumberProfile | undefined
  /** How many arrays and objects may enclose each other; default 1000. */
  readonly maxDepth?: number | undefined
}

export const DEFAULT_MAX_DEPTH = 1000

/** @throws MfmError `invalid_option` */
export function integersOnly(options: CanonicalOptions | undefined): boolean {
  const numbers = options?.numbers ?? 'rfc8785'
  if (numbers === 'rfc8785') return false
  if (numbers === 'integers_only') return true
  throw new MfmError('invalid_option', { details: { option: 'numbers' } })
}

/** @throws MfmError `invalid_option` */
export function depthLimit(options: CanonicalOptions | undefined): number {
  const limit = options?.maxDepth ?? DEFAULT_MAX_DEPTH
  if (Number.isSafeInteger(limit) && limit >= 0) return limit
  throw new MfmError('invalid_option', { details: { option: 'maxDepth' } })
}
