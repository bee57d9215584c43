import { createHash } from 'node:crypto'
import type { Digest } from '@mfm/core-types'
import { isDigest } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { DocumentReference } from './format.ts'
import { BUNDLE_FORMAT, BUNDLE_VERSION } from './format.ts'
import type { BundledRun } from './manifest.ts'

/**
 * SHA-256 over one line for the format, one for each run and one for each document, in the order of the bundle. A
 * document that was left out has its line too, so the root of a run is the same with and without bodies.
 */
export class RootDigest {
  readonly #hash = createHash('sha256').update(`${BUNDLE_FORMAT} ${BUNDLE_VERSION}\n`)

  addRun({ runId, headSeq, headDigest }: BundledRun): void {
    this.#hash.update(`run ${runId} ${headSeq} ${headDigest}\n`)
  }

  addDocument({ kind, id }: Pick<DocumentReference, 'kind' | 'id'>, bytes: number): void {
    this.#hash.update(`document ${kind} ${id} ${bytes}\n`)
  }

  end(): Digest {
    const root = this.#hash.digest('hex')
    if (!isDigest(root)) throw new MfmError('internal_error')
    return root
  }
}
