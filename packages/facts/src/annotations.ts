import type { JsonObject } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'

/** What is known of a call that diverged and is none of its caller's business: a replay may know more than a live run. */
export interface DivergenceAnnotation {
  /** Where the code asks. */
  readonly location?: string | undefined
  /** Holds the stack of those who wait for the call. */
  readonly waiting?: { readonly stack?: string } | undefined
  /** Recorded calls that are most like it. */
  readonly nearest?: readonly JsonObject[] | undefined
}

/** Beside the errors and not in them, so that a program sees the same error in a live run and in its replay. */
const annotations = new WeakMap<MfmError, DivergenceAnnotation>()

export function annotate(error: MfmError, annotation: DivergenceAnnotation): MfmError {
  annotations.set(error, { ...annotations.get(error), ...annotation })
  return error
}

export function annotationOf(error: MfmError): DivergenceAnnotation {
  return annotations.get(error) ?? {}
}
