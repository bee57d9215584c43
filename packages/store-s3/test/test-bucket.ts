import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { S3ArtifactStoreOptions } from '../src/index.ts'

/** How many keys a server lists or deletes in one request. */
const PAGE = 1000

/** Where a server is, and how one gets in. */
export interface ServerAddress {
  readonly url: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A bucket of a real server, reached around the store by a client of its own. */
export class TestBucket {
  readonly address: ServerAddress
  readonly name: string
  readonly client: S3Client

  constructor(address: ServerAddress, name: string) {
    this.address = address
    this.name = name
    const { accessKeyId, secretAccessKey } = address
    this.client = new S3Client({
      endpoint: address.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    })
  }

  /** The bucket of this name, made where it is missing. */
  static async open(address: ServerAddress, name: string): Promise<TestBucket> {
    const bucket = new TestBucket(address, name)
    await bucket.client.send(new CreateBucketCommand({ Bucket: name }))
    return bucket
  }

  /** What a store needs to be told of it. */
  options(prefix: string): S3ArtifactStoreOptions {
    const { url, accessKeyId, secretAccessKey } = this.address
    const credentials = { accessKeyId, secretAccessKey }
    return { endpoint: url, bucket: this.name, prefix, credentials }
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    try {
      const command = new GetObjectCommand({ Bucket: this.name, Key: key })
      return await (await this.client.send(command)).Body?.transformToByteArray()
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
      throw error
    }
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({ Bucket: this.name, Key: key, Body: bytes })
    await this.client.send(command)
  }

  async head(
    key: string,
  ): Promise<{ readonly version: string; readonly kind: string | undefined }> {
    const command = new HeadObjectCommand({ Bucket: this.name, Key: key })
    const { ETag, LastModified, Metadata } = await this.client.send(command)
    return { version: `${ETag} ${LastModified?.getTime()}`, kind: Metadata?.['mfm-kind'] }
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const keys: string[] = []
    let token: string | undefined
    do {
      const command = new ListObjectsV2Command({
        Bucket: this.name,
        Prefix: prefix,
        MaxKeys: PAGE,
        ContinuationToken: token,
      })
      const page = await this.client.send(command)
      keys.push(...(page.Contents ?? []).map(({ Key }) => String(Key)))
      token = page.NextContinuationToken
    } while (token !== undefined)
    return keys
  }

  /** Uploads in parts that nobody has completed or aborted. */
  async uploads(prefix: string): Promise<readonly string[]> {
    const command = new ListMultipartUploadsCommand({ Bucket: this.name, Prefix: prefix })
    return ((await this.client.send(command)).Uploads ?? []).map(({ Key }) => String(Key))
  }

  async clear(prefix: string): Promise<void> {
    const keys = await this.keys(prefix)
    for (let at = 0; at < keys.length; at += PAGE) {
      const Objects = keys.slice(at, at + PAGE).map((Key) => ({ Key }))
      await this.client.send(new DeleteObjectsCommand({ Bucket: this.name, Delete: { Objects } }))
    }
  }
}
