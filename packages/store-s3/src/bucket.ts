import type { S3Client } from '@aws-sdk/client-s3'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { readBody } from './body.ts'
import type { Effort } from './flight.ts'
import { retrying } from './retry.ts'
import { failureOf } from './s3-error.ts'
import type { Checksum } from './upload-checksum.ts'
import { payloadSigner } from './upload-checksum.ts'
import type { Wire } from './wire.ts'

export interface BucketParts {
  readonly client: S3Client
  readonly bucket: string
  readonly wire: Wire
  /** Whether the SHA-256 of an upload is sent as a checksum too. */
  readonly sendsChecksums: boolean
}

export interface Upload {
  readonly key: string
  readonly bytes: Uint8Array
  readonly checksum: Checksum
  readonly kind: string
  /** Only where nothing is there yet. */
  readonly createOnly: boolean
}

export interface ListedPage {
  readonly keys: readonly string[]
  readonly isTruncated: boolean
  readonly next: string | undefined
}

/** What became of a create-only write. */
export type Creation = 'created' | 'exists' | 'conflict'

/** The requests to one bucket. Each is repeated while it fails for passing reasons; {@link putOnce} is not. */
export class Bucket {
  readonly client: S3Client
  readonly name: string
  readonly wire: Wire
  readonly sendsChecksums: boolean

  constructor({ client, bucket, wire, sendsChecksums }: BucketParts) {
    this.client = client
    this.name = bucket
    this.wire = wire
    this.sendsChecksums = sendsChecksums
  }

  async put(effort: Effort, upload: Upload): Promise<Creation> {
    return await retrying(effort, () => this.putOnce(effort, upload))
  }

  async putOnce(effort: Effort, upload: Upload): Promise<Creation> {
    const command = new PutObjectCommand({
      Bucket: this.name,
      Key: upload.key,
      Body: upload.bytes,
      Metadata: { 'mfm-kind': upload.kind },
      ...(upload.createOnly ? { IfNoneMatch: '*' } : {}),
      ...(this.sendsChecksums
        ? { ChecksumAlgorithm: 'SHA256', ChecksumSHA256: upload.checksum.base64 }
        : {}),
    })
    command.middlewareStack.add(payloadSigner(upload.checksum), { step: 'build' })
    try {
      await this.wire.attempt(effort, (abortSignal) => this.client.send(command, { abortSignal }))
      return 'created'
    } catch (error) {
      const failure = failureOf(error)
      if (upload.createOnly && (failure === 'exists' || failure === 'conflict')) return failure
      throw error
    }
  }

  /**
   * `undefined` where there is nothing.
   *
   * @throws MfmError `payload_too_large` where there are more than `limit` bytes
   */
  async read(effort: Effort, key: string, limit: number): Promise<Uint8Array | undefined> {
    return await unlessAbsent(effort, () =>
      this.wire.attempt(effort, async (abortSignal) => {
        const command = new GetObjectCommand({ Bucket: this.name, Key: key })
        const { Body, ContentLength } = await this.client.send(command, { abortSignal })
        return await readBody(Body, { length: ContentLength, limit }, abortSignal)
      }),
    )
  }

  async has(effort: Effort, key: string): Promise<boolean> {
    const command = new HeadObjectCommand({ Bucket: this.name, Key: key })
    const found = await unlessAbsent(effort, () =>
      this.wire.attempt(effort, (abortSignal) => this.client.send(command, { abortSignal })),
    )
    return found !== undefined
  }

  async remove(effort: Effort, key: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.name, Key: key })
    await unlessAbsent(effort, () =>
      this.wire.attempt(effort, (abortSignal) => this.client.send(command, { abortSignal })),
    )
  }

  async page(effort: Effort, prefix: string, token: string | undefined): Promise<ListedPage> {
    const command = new ListObjectsV2Command({
      Bucket: this.name,
      Prefix: prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    })
    const output = await retrying(effort, () =>
      this.wire.attempt(effort, (abortSignal) => this.client.send(command, { abortSignal })),
    )
    return {
      keys: (output.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])),
      isTruncated: output.IsTruncated === true,
      next: output.NextContinuationToken,
    }
  }
}

async function unlessAbsent<T>(effort: Effort, attempt: () => Promise<T>): Promise<T | undefined> {
  try {
    return await retrying(effort, attempt)
  } catch (error) {
    if (failureOf(error) === 'absent') return undefined
    throw error
  }
}
