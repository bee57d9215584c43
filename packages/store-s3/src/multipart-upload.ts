import type { CompletedPart } from '@aws-sdk/client-s3'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { sha256 } from '@mfm/canonical-json'
import type { Bucket, Creation, Upload } from './bucket.ts'
import type { Effort } from './flight.ts'
import { mapLimited } from './map-limited.ts'
import { retrying } from './retry.ts'
import { failureOf } from './s3-error.ts'
import { checksumOf, payloadSigner } from './upload-checksum.ts'

/** How long the removal of an upload that came to nothing is tried. */
const DISCARD_MILLIS = 10_000
const UPLOADS_AT_ONCE = 4

interface Begun {
  readonly key: string
  readonly uploadId: string | undefined
}

/** Uploads in parts. Nothing is visible before the last step, and an upload that comes to nothing is removed. */
export class MultipartUpload {
  readonly #bucket: Bucket
  readonly #partBytes: number

  constructor(bucket: Bucket, partBytes: number) {
    this.#bucket = bucket
    this.#partBytes = partBytes
  }

  async put(effort: Effort, upload: Upload): Promise<Creation> {
    const begun = await this.#begin(effort, upload)
    try {
      effort.signal.throwIfAborted()
      const parts = await this.#sendParts(effort, begun, upload.bytes)
      const creation = await this.#complete(effort, begun, { parts, upload })
      if (creation !== 'created') await this.#discard(begun)
      return creation
    } catch (error) {
      await this.#discard(begun)
      throw error
    }
  }

  async #begin(effort: Effort, upload: Upload): Promise<Begun> {
    const { name, client, wire, sendsChecksums } = this.#bucket
    const command = new CreateMultipartUploadCommand({
      Bucket: name,
      Key: upload.key,
      Metadata: { 'mfm-kind': upload.kind },
      ...(sendsChecksums ? { ChecksumAlgorithm: 'SHA256' } : {}),
    })
    // Once sent it is not aborted: without the id of the upload in its answer nobody could remove it.
    const unabortable = { ...effort, signal: new AbortController().signal }
    const { UploadId } = await retrying(effort, async () => {
      effort.signal.throwIfAborted()
      return await wire.attempt(unabortable, (abortSignal) => client.send(command, { abortSignal }))
    })
    return { key: upload.key, uploadId: UploadId }
  }

  async #sendParts(effort: Effort, begun: Begun, bytes: Uint8Array): Promise<CompletedPart[]> {
    const count = Math.ceil(bytes.length / this.#partBytes)
    const parts = Array.from({ length: count }, (_, index) => ({
      number: index + 1,
      bytes: bytes.subarray(index * this.#partBytes, (index + 1) * this.#partBytes),
    }))
    const bounds = { width: UPLOADS_AT_ONCE, signal: effort.signal }
    return await mapLimited(parts, bounds, (part, signal) =>
      retrying({ ...effort, signal }, () => this.#sendPart({ ...effort, signal }, begun, part)),
    )
  }

  async #sendPart(
    effort: Effort,
    { key, uploadId }: Begun,
    { number, bytes }: { readonly number: number; readonly bytes: Uint8Array },
  ): Promise<CompletedPart> {
    const { name, client, wire, sendsChecksums } = this.#bucket
    const checksum = checksumOf(sha256(bytes))
    const checksums = sendsChecksums ? { ChecksumSHA256: checksum.base64 } : {}
    const command = new UploadPartCommand({
      Bucket: name,
      Key: key,
      UploadId: uploadId,
      PartNumber: number,
      Body: bytes,
      ...(sendsChecksums ? { ChecksumAlgorithm: 'SHA256' } : {}),
      ...checksums,
    })
    command.middlewareStack.add(payloadSigner(checksum), { step: 'build' })
    const { ETag } = await wire.attempt(effort, (abortSignal) =>
      client.send(command, { abortSignal }),
    )
    return { PartNumber: number, ...(ETag === undefined ? {} : { ETag }), ...checksums }
  }

  /** Not every server heeds the condition here; where one does not, what is replaced has the same address. */
  async #complete(
    effort: Effort,
    { key, uploadId }: Begun,
    { parts, upload }: { readonly parts: CompletedPart[]; readonly upload: Upload },
  ): Promise<Creation> {
    const { name, client, wire } = this.#bucket
    const command = new CompleteMultipartUploadCommand({
      Bucket: name,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts: parts },
      ...(upload.createOnly ? { IfNoneMatch: '*' } : {}),
    })
    try {
      await retrying(effort, () =>
        wire.attempt(effort, (abortSignal) => client.send(command, { abortSignal })),
      )
      return 'created'
    } catch (error) {
      const failure = failureOf(error)
      if (failure === 'exists' || failure === 'conflict') return failure
      // The upload is gone: by our own completion, whose answer was lost, or by a rule of the bucket.
      if (failure === 'absent') return 'conflict'
      throw error
    }
  }

  async #discard({ key, uploadId }: Begun): Promise<void> {
    const { name, client, wire } = this.#bucket
    const command = new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: uploadId })
    const deadlineAt = performance.now() + DISCARD_MILLIS
    const effort = { signal: AbortSignal.timeout(DISCARD_MILLIS), deadlineAt }
    try {
      await retrying(effort, () =>
        wire.attempt(effort, (abortSignal) => client.send(command, { abortSignal })),
      )
    } catch {
      // Gone already, or out of reach: then the bucket's rule for incomplete uploads takes it.
    }
  }
}
