import type { NumberProfile } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

export interface CanonicalOptions {
  /** Default `rfc8785`. */
  readonly numbers?: NumberProfile | undefined
  /** How many arrays and objects may enclose each other: 0 to 1000, the default. */
  readonly maxDepth?: number | undefined
}

/** Code that was never optimised takes the most stack: it would come to its end with 1,800 levels. */
export const DEPTH_CEILING = 1000

/** @throws MfmError `invalid_option` */
export function integersOnly(options: CanonicalOptions | undefined): boolean {
  const numbers = options?.numbers ?? 'rfc8785'
  if (numbers === 'rfc8785') return false
  if (numbers === 'integers_only') return true
  throw invalidOption('numbers', "is not 'rfc8785' or 'integers_only'")
}

/** @throws MfmError `invalid_option` */
export function depthLimit(options: CanonicalOptions | undefined): number {
  const limit = options?.maxDepth ?? DEPTH_CEILING
  if (Number.isInteger(limit) && limit >= 0 && limit <= DEPTH_CEILING) return limit
  throw invalidOption('maxDepth', `is not an integer from 0 to ${DEPTH_CEILING}`)
}

export function invalidOption(option: string, problem: string): MfmError {
  return new MfmError('invalid_option', {
    message: `the option ${option} ${problem}`,
    details: { problems: [{ pointer: `/${option}`, problem }] },
  })
}
