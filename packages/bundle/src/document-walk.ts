import { decodeJsonArtifact } from '@mfm/canonical-json'
import type { ArtifactId, EventEnvelope, RunId } from '@mfm/core-types'
import { historySummarySchema, snapshotDocumentSchema } from '@mfm/core-types'
import { decode } from '@mfm/errors'
import { reachFromEvent, reachFromSnapshot, reachFromSummary } from './event-references.ts'
import type { DocumentKind, DocumentReference } from './format.ts'
import { DOCUMENT_KINDS } from './format.ts'

/** The bytes of a document, `undefined` for one that is left out or not there. */
export type LoadDocument = (reference: DocumentReference) => Promise<Uint8Array | undefined>

/**
 * Goes through all that a set of runs reaches, each document once, in an order that follows from the runs alone. The
 * writer and the reader of a bundle walk the same way, so a reader knows what must come next.
 */
export class DocumentWalk {
  /** By kind: document → the run that reached it first, in the order of that. */
  readonly #reached: ReadonlyMap<DocumentKind, Map<ArtifactId, RunId>> = new Map(
    DOCUMENT_KINDS.map((kind) => [kind, new Map<ArtifactId, RunId>()]),
  )
  readonly #onGrowth: (size: number) => void
  #size = 0

  /** @param onGrowth told how many documents are reached, whenever there is one more; may throw */
  constructor(onGrowth: (size: number) => void = () => undefined) {
    this.#onGrowth = onGrowth
  }

  /** To be called with every event of every run before {@link documents}. */
  addEvent({ runId, event }: EventEnvelope): void {
    reachFromEvent(event, (kind, id) => this.#reach(kind, id, runId))
  }

  /** @throws MfmError what `load` throws; `artifact_decode_failed` and its like for a document that is not its kind */
  async *documents(
    load: LoadDocument,
  ): AsyncGenerator<{ readonly reference: DocumentReference; readonly bytes?: Uint8Array }> {
    const earlier: Map<ArtifactId, RunId>[] = []
    for (const [kind, reached] of this.#reached) {
      // Goes on to what is added on the way.
      for (const [id, runId] of reached) {
        if (earlier.some((before) => before.has(id))) continue
        const reference = { kind, id, runId }
        const bytes = await load(reference)
        if (bytes === undefined) {
          yield { reference }
          continue
        }
        this.#expand(reference, bytes)
        yield { reference, bytes }
      }
      earlier.push(reached)
    }
  }

  #reach(kind: DocumentKind, id: ArtifactId, runId: RunId): void {
    const reached = this.#reached.get(kind)
    if (reached === undefined || reached.has(id)) return
    reached.set(id, runId)
    this.#size += 1
    this.#onGrowth(this.#size)
  }

  #expand({ kind, id, runId }: DocumentReference, bytes: Uint8Array): void {
    const context = { what: `the document ${kind} ${id}`, details: { artifactId: id, kind } }
    if (kind === 'history_summary') {
      const document = decodeJsonArtifact(id, bytes)
      const summary = decode(historySummarySchema, document, 'artifact_decode_failed', context)
      reachFromSummary(summary, (reachedKind, reachedId) =>
        this.#reach(reachedKind, reachedId, runId),
      )
    }
    if (kind === 'context_snapshot') {
      const document = decodeJsonArtifact(id, bytes)
      const node = decode(snapshotDocumentSchema, document, 'artifact_decode_failed', context)
      reachFromSnapshot(node, (reachedKind, reachedId) =>
        this.#reach(reachedKind, reachedId, runId),
      )
    }
  }
}

/**
 * Every document that runs reach, each once, in the order of a bundle.
 *
 * @param events all events of each run
 */
export async function* documentsOf(
  events: AsyncIterable<EventEnvelope> | Iterable<EventEnvelope>,
  load: LoadDocument,
): AsyncGenerator<{ readonly reference: DocumentReference; readonly bytes?: Uint8Array }> {
  const walk = new DocumentWalk()
  for await (const envelope of events) walk.addEvent(envelope)
  yield* walk.documents(load)
}
