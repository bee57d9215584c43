import { MfmError } from '@mfm/errors'

/** A request that cannot be made, with the place of the problem. */
export function requestInvalid(pointer: string, problem: string, cause?: unknown): MfmError {
  return new MfmError('http_request_invalid', {
    message: `the HTTP request is not valid at ${pointer}: ${problem}`,
    details: { problems: [{ pointer, problem }] },
    cause,
  })
}

/** The code of the system or of the HTTP client under an error, such as `ECONNREFUSED`. */
export function systemCode(error: unknown): string | undefined {
  const seen = new Set<unknown>()
  let at = error
  while (typeof at === 'object' && at !== null && !seen.has(at)) {
    seen.add(at)
    if ('code' in at && typeof at.code === 'string') return at.code
    at = 'cause' in at ? at.cause : undefined
  }
  return undefined
}
