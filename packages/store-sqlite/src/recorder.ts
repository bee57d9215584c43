import type { EncodedEvent } from '@mfm/adapter-kit'
import type { ArtifactId, FactKey, NewArtifact, RunId } from '@mfm/core-types'
import { FrameWriter, isCompact } from './frame-writer.ts'
import type { Journal } from './journal.ts'
import type { TailRun } from './tail.ts'

/** Artifacts up to this many bytes stand in the log, beside the event that names them. */
const INLINE_BYTES = 4096
/** A frame is closed where the next part would make it longer than fits a page of the file. */
const FRAME_BYTES = 4000
/** About what a plain fact takes beside its key. */
const FACT_BYTES = 200

/** What one request adds to the log: checked, copied, and new. */
export interface Recording {
  readonly run: RunId | undefined
  readonly artifacts: Iterable<NewArtifact>
  readonly bindings: ReadonlyMap<FactKey, ArtifactId>
  readonly events: readonly EncodedEvent[]
}

/** For a recording that has none. */
export const NO_BINDINGS: Recording['bindings'] = new Map()

/** Writes to the log, within a transaction of its journal. */
export class Recorder {
  readonly #journal: Journal
  readonly #frame = new FrameWriter()
  #row = 0

  constructor(journal: Journal) {
    this.#journal = journal
  }

  record({ run: runId, artifacts, bindings, events }: Recording): void {
    const run = runId === undefined ? undefined : this.#journal.touch(runId)
    this.#begin(runId)
    for (const artifact of artifacts) this.#artifact(artifact)
    if (run !== undefined) {
      const said = events.map((event) => saidKey(event, bindings))
      this.#bindUnsaid(run, bindings, said)
      for (const [index, event] of events.entries()) this.#event(run, event, said[index])
    }
    this.#close()
  }

  unbind(runId: RunId, key: FactKey): void {
    const run = this.#journal.touch(runId)
    this.#begin(runId)
    this.#bind(run, key, undefined)
    this.#close()
  }

  #bindUnsaid(
    run: TailRun,
    bindings: Recording['bindings'],
    said: readonly (FactKey | undefined)[],
  ): void {
    // As nearly always: one fact, which says its binding.
    if (bindings.size === 0 || (bindings.size === 1 && said[0] !== undefined)) return
    const keys = new Set(said)
    for (const [key, id] of bindings) if (!keys.has(key)) this.#bind(run, key, id)
  }

  #begin(runId: RunId | undefined): void {
    this.#row = this.#journal.lastRow + 1
    this.#frame.begin(runId)
  }

  #close(): void {
    if (!this.#frame.isEmpty) this.#journal.insert(this.#row, this.#frame.finish(this.#row))
  }

  /** Goes on in a new frame where the open one has no room. */
  #room(bytes: number): void {
    if (this.#frame.isEmpty || this.#frame.size + bytes <= FRAME_BYTES) return
    this.#close()
    this.#begin(this.#frame.run)
  }

  #chain(run: TailRun): void {
    if (run.chain !== this.#row) this.#frame.chain(run.chain)
  }

  #artifact(artifact: NewArtifact): void {
    const isLarge = artifact.bytes.length > INLINE_BYTES
    // A large document lies under the row of its frame, so there is one of them in a frame.
    this.#room(isLarge ? FRAME_BYTES : artifact.bytes.length)
    if (isLarge) {
      this.#journal.log.insertLarge(this.#row, artifact.bytes)
      this.#frame.largeArtifact(artifact)
    } else this.#frame.artifact(artifact)
    this.#journal.tail.artifacts.set(artifact.id, this.#row)
  }

  #bind(run: TailRun, key: FactKey, id: ArtifactId | undefined): void {
    this.#room(key.length)
    this.#chain(run)
    this.#frame.binding(key, id)
    run.bind(this.#row, key, id)
  }

  /** @param key what the event binds as well */
  #event(run: TailRun, encoded: EncodedEvent, key: FactKey | undefined): void {
    const { envelope, fact } = encoded
    if (fact !== undefined && isCompact(fact)) {
      this.#room(FACT_BYTES + fact.event.key.length)
      this.#frame.firstSeq(envelope.seq)
      this.#frame.fact(fact, key !== undefined)
    } else {
      this.#room(encoded.text.length)
      this.#frame.firstSeq(envelope.seq)
      this.#frame.event(encoded.text, key !== undefined)
    }
    this.#journal.append(run, this.#row, envelope)
    if (key === undefined || envelope.event.type !== 'fact_recorded') return
    this.#chain(run)
    run.bind(this.#row, key, envelope.event.payloadId)
  }
}

/** The key of a binding that an event says already, so that it needs no part of its own. */
function saidKey({ envelope }: EncodedEvent, bindings: Recording['bindings']): FactKey | undefined {
  const { event } = envelope
  if (event.type !== 'fact_recorded') return undefined
  return bindings.get(event.key) === event.payloadId ? event.key : undefined
}
