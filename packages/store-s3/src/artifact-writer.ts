import { artifactIdOf } from '@mfm/canonical-json'
import type { NewArtifact } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { Bucket, Creation } from './bucket.ts'
import { corruptArtifact } from './corrupt-artifact.ts'
import type { Effort } from './flight.ts'
import type { MultipartUpload } from './multipart-upload.ts'
import { artifactKey } from './object-key.ts'
import { pause } from './retry.ts'
import { checksumOf } from './upload-checksum.ts'

const MAX_CONFLICTS = 5

export interface WriterParts {
  readonly bucket: Bucket
  readonly prefix: string
  /** Whether the server honours `If-None-Match: *`. */
  readonly createOnly: boolean
  readonly multipart: MultipartUpload
  readonly multipartBytes: number
}

/** Puts artifacts, and replaces nothing. */
export class ArtifactWriter {
  readonly #parts: WriterParts

  constructor(parts: WriterParts) {
    this.#parts = parts
  }

  /**
   * Resolves when the bytes are under their address.
   *
   * @throws MfmError `artifact_corruption` where other bytes are; `store_busy`
   */
  async put(effort: Effort, artifact: NewArtifact): Promise<void> {
    const { createOnly, multipartBytes } = this.#parts
    const isLarge = artifact.bytes.length >= multipartBytes
    // A look is cheap beside many parts, and not every server heeds the condition where they are put together.
    if ((isLarge || !createOnly) && (await this.#isThere(effort, artifact))) return
    for (let conflicts = 1; ; conflicts++) {
      if ((await this.#create(effort, artifact, isLarge)) === 'created') return
      // `exists` may be our own earlier try, whose answer was lost; `conflict` says that a write is under way.
      if (await this.#isThere(effort, artifact)) return
      if (conflicts > MAX_CONFLICTS || !(await pause(effort, conflicts))) {
        throw new MfmError('store_busy', { details: { artifactId: artifact.id, conflicts } })
      }
    }
  }

  async #create(effort: Effort, artifact: NewArtifact, isLarge: boolean): Promise<Creation> {
    const { bucket, prefix, createOnly, multipart } = this.#parts
    const { id, kind, bytes } = artifact
    const upload = {
      key: artifactKey(prefix, id),
      bytes,
      kind,
      createOnly,
      checksum: checksumOf(id),
    }
    return await (isLarge ? multipart.put(effort, upload) : bucket.put(effort, upload))
  }

  /** Whether these very bytes are there. */
  async #isThere(effort: Effort, { id, bytes }: NewArtifact): Promise<boolean> {
    const { bucket, prefix } = this.#parts
    try {
      const found = await bucket.read(effort, artifactKey(prefix, id), bytes.length)
      if (found === undefined) return false
      if (Buffer.compare(found, bytes) === 0) return true
      throw corruptArtifact(id, artifactIdOf(found))
    } catch (error) {
      if (hasCode(error, 'payload_too_large')) throw corruptArtifact(id, null)
      throw error
    }
  }
}
