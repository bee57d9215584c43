import { artifactIdOf, decodeJsonArtifact } from '@mfm/canonical-json'
import type { ArtifactId, ArtifactStore, CallOptions, EventEnvelope } from '@mfm/core-types'
import { linesOf } from './lines.ts'

const SEGMENT_BYTES = 512 * 2 ** 10
/** Segments kept in memory: 8 MiB. */
const IN_MEMORY = 16

/**
 * Holds events back until the whole bundle is known to be good. Those that are too many for memory wait in the
 * artifact store, as documents that nothing reaches.
 */
export class EventSpool {
  readonly #artifacts: ArtifactStore
  readonly #options: CallOptions
  readonly #segments: (Uint8Array | ArtifactId)[] = []
  #lines: Uint8Array[] = []
  #length = 0

  constructor(artifacts: ArtifactStore, options: CallOptions) {
    this.#artifacts = artifacts
    this.#options = options
  }

  /** @param text copied */
  async add(text: Uint8Array): Promise<void> {
    this.#lines.push(Buffer.concat([text, NEWLINE]))
    this.#length += text.length + 1
    if (this.#length >= SEGMENT_BYTES) await this.#cut()
  }

  /** All events, in the order in which they were added. */
  async *events(): AsyncGenerator<EventEnvelope> {
    for await (const line of linesOf(this.#portions(), Number.POSITIVE_INFINITY)) {
      // A cast because this very text was judged before it was added.
      yield decodeJsonArtifact(artifactIdOf(line), line) as unknown as EventEnvelope
    }
  }

  async #cut(): Promise<void> {
    const segment = Buffer.concat(this.#lines, this.#length)
    this.#lines = []
    this.#length = 0
    this.#segments.push(
      this.#segments.length < IN_MEMORY
        ? segment
        : await this.#artifacts.put('import_spool', segment, this.#options),
    )
  }

  async *#portions(): AsyncGenerator<Uint8Array> {
    for (const segment of this.#segments) {
      yield typeof segment === 'string'
        ? await this.#artifacts.get(segment, this.#options)
        : segment
    }
    yield* this.#lines
  }
}

const NEWLINE = Buffer.from('\n')
