import { randomUUID } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { Address } from '@mfm/services'
import { service } from '@mfm/services'

/** Options of `mfm` that name stores, and what their clients look for in the environment. */
export interface StoreOptions {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export const SQLITE: StoreOptions = { args: ['--store', 'sqlite:runs.db'], env: {} }

export interface Servers {
  readonly postgres?: Address
  readonly redis?: Address
  /** Where S3 is asked, if not at the server itself. */
  readonly endpoint?: string
}

/** Events in PostgreSQL, artifacts in S3, facts in Redis: on the servers that tests share where none is given. */
export async function threeServers(servers: Servers = {}): Promise<StoreOptions> {
  const [postgres, redis, bucket] = await Promise.all([
    servers.postgres ?? service('postgres'),
    servers.redis ?? service('redis'),
    newBucket(),
  ])
  const id = randomUUID()
  const endpoint = servers.endpoint ?? bucket.endpoint
  return {
    args: [
      ...['--events', `${postgres.url}?schema=audit-${id}`],
      ...['--artifacts', `s3://${bucket.name}/audit?endpoint=${endpoint}`],
      ...['--facts', `${redis.url}?prefix=audit-${id}`],
    ],
    env: bucket.env,
  }
}

interface Bucket {
  readonly name: string
  readonly endpoint: string
  readonly env: Readonly<Record<string, string>>
}

async function newBucket(): Promise<Bucket> {
  const { url: endpoint, accessKeyId, secretAccessKey } = await service('s3')
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  const name = `audit-${randomUUID()}`
  await client.send(new CreateBucketCommand({ Bucket: name }))
  client.destroy()
  const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  return { name, endpoint, env }
}
