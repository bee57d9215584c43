import { randomUUID } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Address } from '@mfm/services'
import { service } from '@mfm/services'

export interface Bucket {
  /** As `--artifacts` takes it. */
  readonly url: string
  /** Credentials, where the AWS SDK looks for them. */
  readonly env: Readonly<Record<string, string>>
}

/** A new bucket on the server that the tests share, or on another. */
export async function newBucket(server?: S3Address): Promise<Bucket> {
  const { url: endpoint, accessKeyId, secretAccessKey } = server ?? (await service('s3'))
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  const bucket = `runner-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return {
    url: `s3://${bucket}/runs?endpoint=${endpoint}`,
    env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  }
}
