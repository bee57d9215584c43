import type { Digest } from '@mfm/core-types'

/** The SHA-256 of an upload in the two spellings that S3 wants. */
export interface Checksum {
  readonly hex: string
  readonly base64: string
}

export function checksumOf(digest: Digest | string): Checksum {
  return { hex: digest, base64: Buffer.from(digest, 'hex').toString('base64') }
}

type Handler<Args, Output> = (args: Args) => Promise<Output>

/**
 * A step of the client's that gives the signature the digest of the body that is known already; the client would hash
 * the body once more. What is sent is the same.
 */
export function payloadSigner(
  checksum: Checksum,
): <Args extends { request: unknown }, Output>(
  next: Handler<Args, Output>,
) => Handler<Args, Output> {
  return (next) => (args) => {
    if (isHttpRequest(args.request)) args.request.headers['x-amz-content-sha256'] = checksum.hex
    return next(args)
  }
}

function isHttpRequest(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request
}
