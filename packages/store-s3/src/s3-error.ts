import type { JsonObject } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'

/** What an answer or a broken connection means for the call. */
export type Failure =
  | 'absent'
  | 'exists'
  | 'conflict'
  | 'transient'
  | 'bucket_missing'
  | 'credentials_refused'
  | 'access_denied'
  | 'region_wrong'
  | 'not_implemented'
  | 'other'

/** Error codes of S3 (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html) that say more than their status. */
const BY_CODE: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['NoSuchKey', 'absent'],
  ['NotFound', 'absent'],
  ['NoSuchUpload', 'absent'],
  ['PreconditionFailed', 'exists'],
  ['ConditionalRequestConflict', 'conflict'],
  ['OperationAborted', 'conflict'],
  ['NoSuchBucket', 'bucket_missing'],
  ['InvalidBucketName', 'bucket_missing'],
  ['InvalidAccessKeyId', 'credentials_refused'],
  ['SignatureDoesNotMatch', 'credentials_refused'],
  ['InvalidToken', 'credentials_refused'],
  ['ExpiredToken', 'credentials_refused'],
  ['CredentialsProviderError', 'credentials_refused'],
  ['TokenProviderError', 'credentials_refused'],
  ['AuthorizationHeaderMalformed', 'region_wrong'],
  ['PermanentRedirect', 'region_wrong'],
  ['IllegalLocationConstraintException', 'region_wrong'],
  ['NotImplemented', 'not_implemented'],
  ['SlowDown', 'transient'],
  ['Throttling', 'transient'],
  ['ThrottlingException', 'transient'],
  ['RequestTimeout', 'transient'],
  ['RequestTimeTooSkewed', 'transient'], // the client sets its clock right by it
  ['BadDigest', 'transient'], // the bytes were damaged on their way
  ['XAmzContentSHA256Mismatch', 'transient'],
  ['XAmzContentChecksumMismatch', 'transient'],
  ['IncompleteBody', 'transient'],
  ['TimeoutError', 'transient'],
])

const BY_STATUS: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [301, 'region_wrong'],
  [401, 'credentials_refused'],
  [403, 'access_denied'],
  [404, 'absent'],
  [409, 'conflict'],
  [412, 'exists'],
  [429, 'transient'],
  [500, 'transient'],
  [501, 'not_implemented'],
  [502, 'transient'],
  [503, 'transient'],
  [504, 'transient'],
])

/** Error codes of Node for connections that may do better another time. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
])

/** A connection that broke in a way that no error of its own says. */
export class BrokenTransfer extends Error {
  override readonly name: string = 'BrokenTransfer'
}

/** An attempt that was given up. */
export class AttemptTimeout extends Error {
  override readonly name: string = 'AttemptTimeout'
}

/** Sorts anything that a request may reject with. */
export function failureOf(error: unknown): Failure {
  if (error instanceof BrokenTransfer || error instanceof AttemptTimeout) return 'transient'
  if (!(error instanceof Error) || isMfmError(error)) return 'other'
  const byCode = BY_CODE.get(error.name)
  if (byCode !== undefined) return byCode
  const status = statusOf(error)
  if (status !== undefined && status >= 300) return BY_STATUS.get(status) ?? 'other'
  const code = networkCodeOf(error)
  return (code !== undefined && NETWORK_CODES.has(code)) || code?.startsWith('HPE_') === true
    ? 'transient'
    : 'other'
}

function statusOf(error: Error): number | undefined {
  // Not by the class of the error: a client that was given may be of another copy of the SDK.
  const metadata = '$metadata' in error ? Object(error.$metadata) : {}
  if (typeof metadata.httpStatusCode === 'number') return metadata.httpStatusCode
  // An answer that is no XML, such as a proxy's page, rejects with an error of the parser that carries the response.
  const response = '$response' in error ? Object(error.$response) : {}
  return typeof response.statusCode === 'number' ? response.statusCode : undefined
}

function networkCodeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const MEANING: Readonly<Record<Failure, string>> = {
  absent: 'what was asked for is not there',
  exists: 'a condition was refused that was not set',
  conflict: 'another request holds it',
  transient: 'the server does not answer, or not now',
  bucket_missing: 'the bucket is not there',
  credentials_refused: 'the server does not accept the credentials',
  access_denied: 'the credentials do not allow it',
  region_wrong: 'the bucket is in another region',
  not_implemented: 'the server does not know a part of the request',
  other: 'the request failed',
}

const HELP: Partial<Record<Failure, string>> = {
  bucket_missing:
    'Create the bucket, or mend the option bucket; a server with one host name for all buckets needs pathStyle.',
  credentials_refused:
    'Give the access key of this server, whole and not expired, as the option credentials.',
  access_denied:
    'Allow s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucket; without s3:ListBucket AWS answers 403 for what is absent.',
  region_wrong: 'Set the option region to the region of the bucket.',
  not_implemented:
    'Where the server knows no checksums set checksums to off; where it knows no If-None-Match set createOnly to unsupported.',
}

/** Any rejection of a request in the words of the port. Nothing of the SDK's own error is passed on but its words. */
export function storeError(error: unknown, bucket: string): MfmError {
  if (isMfmError(error)) return error
  const failure = failureOf(error)
  const options = {
    message: `S3 bucket ${bucket}: ${MEANING[failure]}`,
    details: { bucket, reason: failure, ...describe(error) },
    cause: plainCause(error, failure),
    help: HELP[failure],
  }
  if (error instanceof AttemptTimeout) return new MfmError('store_timeout', options)
  if (failure === 'conflict') return new MfmError('store_busy', options)
  if (failure === 'not_implemented') return new MfmError('store_unsuitable', options)
  return new MfmError(
    failure === 'other' || failure === 'exists' ? 'store_failed' : 'store_unavailable',
    options,
  )
}

/** {@link storeError} at opening, where what the server refuses is what it was told by the options. */
export function openingError(error: unknown, bucket: string): MfmError {
  const failure = failureOf(error)
  const option = { credentials_refused: 'credentials', region_wrong: 'region' }[String(failure)]
  if (option === undefined) return storeError(error, bucket)
  const problem = failure === 'region_wrong' ? 'not the region of the bucket' : 'refused'
  return new MfmError('invalid_option', {
    message: `the options of the store are not valid at /${option}: ${problem}`,
    details: { problems: [{ pointer: `/${option}`, problem }], bucket, ...describe(error) },
    cause: plainCause(error, failure),
    help: HELP[failure],
  })
}

function describe(error: unknown): JsonObject {
  if (!(error instanceof Error)) return {}
  const status = statusOf(error)
  return {
    error: networkCodeOf(error) ?? error.name,
    ...(status === undefined ? {} : { httpStatus: status }),
  }
}

/**
 * The name and the words of an error. The SDK's own holds the response and whatever the server put into it, so it
 * goes no further; and what a server says of refused credentials may quote them.
 */
function plainCause(error: unknown, failure: Failure): Error {
  if (!(error instanceof Error))
    return new Error('a request rejected with something that is no error')
  const isAboutCredentials = failure === 'credentials_refused' || failure === 'access_denied'
  const cause = new Error(isAboutCredentials ? 'the server refused the request' : error.message)
  cause.name = error.name
  const code = networkCodeOf(error)
  return code === undefined ? cause : Object.assign(cause, { code })
}
