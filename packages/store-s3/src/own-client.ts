import { S3Client } from '@aws-sdk/client-s3'
import type { CheckedOptions, S3Credentials } from './options.ts'
import { RACERS } from './probe.ts'

const CONNECT_MILLIS = 3000
/** For what is sent beside the bounded requests: the race at opening, the removal of an upload. */
const SPARE_SOCKETS = 4

/** A client by the options. It sends each request once, and adds and compares no checksums: both are done here. */
export function ownClient(options: CheckedOptions): S3Client {
  const { endpoint, region, pathStyle, credentials, limits } = options
  const sockets = { maxSockets: Math.max(limits.concurrency, RACERS) + SPARE_SOCKETS }
  const ownRegion = region ?? (endpoint === undefined ? undefined : 'us-east-1')
  const client = new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(ownRegion === undefined ? {} : { region: ownRegion }),
    ...(credentials === undefined ? {} : { credentials: providerOf(credentials) }),
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MILLIS,
      httpAgent: sockets,
      httpsAgent: sockets,
    },
  })
  // It copies what is sent and received without its secrets, for a logger that is not there.
  client.middlewareStack.remove('loggerMiddleware')
  return client
}

function providerOf(
  credentials: NonNullable<CheckedOptions['credentials']>,
): () => Promise<AwsCredentials> {
  if (typeof credentials !== 'function') return async () => awsCredentials(credentials)
  return async () => awsCredentials(await credentials())
}

type AwsCredentials = { readonly [Name in keyof S3Credentials]: NonNullable<S3Credentials[Name]> }

/** The client's own type knows no member that is there and undefined. */
function awsCredentials(credentials: S3Credentials): AwsCredentials {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration === undefined ? {} : { expiration }),
  }
}
