import type { S3Client } from '@aws-sdk/client-s3'
import type { CallOptions } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { ArtifactWriter } from './artifact-writer.ts'
import { Bucket } from './bucket.ts'
import type { Effort } from './flight.ts'
import { Flight } from './flight.ts'
import { Gate } from './gate.ts'
import { Lifetime } from './lifetime.ts'
import { MultipartUpload } from './multipart-upload.ts'
import type { CheckedOptions, S3ArtifactStoreOptions } from './options.ts'
import { checkOptions } from './options.ts'
import { ownClient } from './own-client.ts'
import { greet, probeChecksums, probeCreateOnly, RACERS } from './probe.ts'
import { S3ArtifactStore } from './s3-artifact-store.ts'
import { openingError } from './s3-error.ts'
import { Wire } from './wire.ts'

/** A server that does not answer is told of soon, not after the deadline of a call. */
const OPENING_RETRIES = 3

/** What has been shown of a server, by endpoint and bucket. What it lacks is looked for again at every opening. */
const PROVEN: Set<string> = new Set()

/**
 * Opens the artifacts in a bucket, after making sure that the bucket can be used and that the server keeps what the
 * options rely on.
 *
 * @throws MfmError `invalid_option` (wrong credentials and region too), `store_unavailable` (no such bucket, no
 * answer), `store_unsuitable` with `details.found`, `store_timeout`; the reason of an aborted signal
 *
 * @example
 * const artifacts = await openS3ArtifactStore({ bucket: 'runs', region: 'eu-central-1' })
 * const id = await artifacts.put('output', new TextEncoder().encode('hello'))
 */
export async function openS3ArtifactStore(
  options: S3ArtifactStoreOptions,
  { signal }: CallOptions = {},
): Promise<S3ArtifactStore> {
  signal?.throwIfAborted()
  const checked = checkOptions(options)
  const client = checked.client ?? ownClient(checked)
  const disconnect = (): void => {
    if (checked.client === undefined) client.destroy()
  }
  const opening = new Flight(checked.callMillis, (effort) =>
    examine({ ...effort, retries: OPENING_RETRIES }, client, checked),
  )
  try {
    await opening.join(signal)
  } catch (error) {
    disconnect()
    throw error
  }
  return assemble(client, checked, disconnect)
}

function assemble(
  client: S3Client,
  options: CheckedOptions,
  disconnect: () => void,
): S3ArtifactStore {
  const { prefix, createOnly, limits } = options
  const lifetime = new Lifetime()
  const bucket = bucketOf(client, options, limits.concurrency)
  const writer = new ArtifactWriter({
    bucket,
    prefix,
    createOnly: createOnly !== 'unsupported',
    multipart: new MultipartUpload(bucket, limits.partBytes),
    multipartBytes: limits.multipartBytes,
  })
  return new S3ArtifactStore({ options, bucket, writer, lifetime, disconnect })
}

function bucketOf(client: S3Client, options: CheckedOptions, width: number): Bucket {
  const wire = new Wire(new Gate(width), options.attemptMillis)
  const sendsChecksums = options.checksums !== 'off'
  return new Bucket({ client, bucket: options.bucket, wire, sendsChecksums })
}

async function examine(effort: Effort, client: S3Client, options: CheckedOptions): Promise<void> {
  const { bucket: name, prefix, createOnly, checksums } = options
  const server = await identify(client, name)
  const ground = {
    bucket: bucketOf(client, options, RACERS),
    prefix,
    createOnly: createOnly !== 'unsupported',
  }
  const once = async (what: string, probe: typeof probeCreateOnly): Promise<void> => {
    const proof = `${what} ${checksums} ${server}`
    if (PROVEN.has(proof)) return
    await probe(effort, ground)
    PROVEN.add(proof)
  }
  try {
    await greet(effort, ground)
    if (createOnly === 'probe') await once('create-only', probeCreateOnly)
    if (checksums === 'required') await once('checksums', probeChecksums)
  } catch (error) {
    effort.signal.throwIfAborted()
    throw openingError(error, name)
  }
}

/** Tells servers and buckets apart. */
async function identify({ config }: S3Client, bucket: string): Promise<string> {
  const region = config.region().catch((cause: unknown) => {
    const problem = 'not given, and not found in the environment or profile'
    throw new MfmError('invalid_option', {
      message: `the options of the store are not valid at /region: ${problem}`,
      details: { problems: [{ pointer: '/region', problem }] },
      cause,
    })
  })
  return JSON.stringify(await Promise.all([config.endpoint?.(), region, bucket]))
}
