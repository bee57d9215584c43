import type { ArtifactStore, CallOptions } from '@mfm/core-types'
import { canPutMany } from '@mfm/core-types'
import type { DocumentKind } from './format.ts'

const MOST_BYTES = 4 * 2 ** 20
const MOST_DOCUMENTS = 64

/** Stores documents some at a time: a round trip for each would be the whole cost of an import. */
export class DocumentBatch {
  readonly #artifacts: ArtifactStore
  readonly #options: CallOptions
  #held: { readonly kind: DocumentKind; readonly bytes: Uint8Array }[] = []
  #bytes = 0

  constructor(artifacts: ArtifactStore, options: CallOptions) {
    this.#artifacts = artifacts
    this.#options = options
  }

  async add(kind: DocumentKind, bytes: Uint8Array): Promise<void> {
    this.#held.push({ kind, bytes })
    this.#bytes += bytes.length
    if (this.#bytes >= MOST_BYTES || this.#held.length >= MOST_DOCUMENTS) await this.flush()
  }

  async flush(): Promise<void> {
    const documents = this.#held
    this.#held = []
    this.#bytes = 0
    if (documents.length === 0) return
    const artifacts = this.#artifacts
    if (canPutMany(artifacts)) {
      await artifacts.putMany(documents, this.#options)
      return
    }
    const puts = documents.map(async ({ kind, bytes }) => artifacts.put(kind, bytes, this.#options))
    await Promise.all(puts)
  }
}
