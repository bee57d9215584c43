import { randomBytes, randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId } from '@mfm/core-types'
import { service, stopServices } from '@mfm/services'
import type { S3ArtifactStore } from '@mfm/store-s3'
import { openS3ArtifactStore } from '@mfm/store-s3'
import { expectEqual } from '../harness/check.ts'
import type { Side } from '../harness/interleave.ts'
import { timed } from '../harness/interleave.ts'

export const OBJECT_BYTES = 4096
export const AT_ONCE = 32
const BUCKET = 'bench'

/** A bucket of a real server, reached by the SDK as it comes and by the store. */
export interface S3Ground extends AsyncDisposable {
  readonly bare: S3Client
  readonly store: S3ArtifactStore
}

export async function openS3Ground(): Promise<S3Ground> {
  const { url, accessKeyId, secretAccessKey } = await service('s3')
  const bare = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  })
  await bare.send(new CreateBucketCommand({ Bucket: BUCKET }))
  const store = await openS3ArtifactStore({
    endpoint: url,
    bucket: BUCKET,
    prefix: randomUUID(),
    credentials: { accessKeyId, secretAccessKey },
    limits: { concurrency: AT_ONCE },
  })
  const dispose = async (): Promise<void> => {
    await store.close()
    bare.destroy()
    await stopServices()
  }
  return { bare, store, [Symbol.asyncDispose]: dispose }
}

/** An object that no pass before has had, by the address of its bytes. */
interface Sample {
  readonly id: ArtifactId
  readonly bytes: Uint8Array
}

function samples(count: number): readonly Sample[] {
  return Array.from({ length: count }, () => {
    const bytes = randomBytes(OBJECT_BYTES)
    return { id: artifactIdOf(bytes), bytes }
  })
}

type OnOne<T> = (sample: Sample) => Promise<T>

/** What the SDK does as its documentation has it. */
export function bareCalls({ bare }: S3Ground): { put: OnOne<unknown>; get: OnOne<Uint8Array> } {
  return {
    put: ({ id, bytes }) =>
      bare.send(new PutObjectCommand({ Bucket: BUCKET, Key: `bare/${id}`, Body: bytes })),
    get: async ({ id }) => {
      const { Body } = await bare.send(new GetObjectCommand({ Bucket: BUCKET, Key: `bare/${id}` }))
      return (await Body?.transformToByteArray()) ?? new Uint8Array()
    },
  }
}

/** The SDK asked for the same: created and not replaced, with its SHA-256. Who gives the sum has computed it before. */
export function carefulPut({ bare }: S3Ground): OnOne<unknown> {
  return ({ id, bytes }) =>
    bare.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: `bare/${id}`,
        Body: bytes,
        IfNoneMatch: '*',
        ChecksumAlgorithm: 'SHA256',
        ChecksumSHA256: Buffer.from(id, 'hex').toString('base64'),
      }),
    )
}

export function storeCalls({ store }: S3Ground): { put: OnOne<unknown>; get: OnOne<Uint8Array> } {
  return {
    put: ({ bytes }) => store.put('attachment', bytes),
    get: ({ id }) => store.get(id),
  }
}

/** Puts of new objects; some of them are read back. */
export function putSide(count: number, put: OnOne<unknown>, get: OnOne<Uint8Array>): Side {
  return {
    units: count,
    pass: async () => {
      const all = samples(count)
      const pass = await timed(() => forEach(all, put))
      await forEach(all.slice(0, AT_ONCE), async (sample) => requireSame(sample, await get(sample)))
      return pass
    },
  }
}

/** Gets of objects that were put before; all are hashed afterwards. */
export function getSide(count: number, put: OnOne<unknown>, get: OnOne<Uint8Array>): Side {
  return {
    units: count,
    pass: async () => {
      const all = samples(count)
      await forEach(all, put)
      const found = new Map<ArtifactId, Uint8Array>()
      const pass = await timed(() =>
        forEach(all, async (sample) => {
          found.set(sample.id, await get(sample))
        }),
      )
      for (const sample of all) requireSame(sample, found.get(sample.id))
      return pass
    },
  }
}

/** @throws CheckFailed */
function requireSame({ id }: Sample, found: Uint8Array | undefined): void {
  expectEqual('digest of an object', artifactIdOf(found ?? new Uint8Array()), id)
}

async function forEach(all: readonly Sample[], work: OnOne<unknown>): Promise<void> {
  const left = all.values()
  const worker = async (): Promise<void> => {
    for (const sample of left) await work(sample)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
