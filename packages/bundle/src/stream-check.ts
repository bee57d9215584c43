import { sha256 } from '@mfm/canonical-json'
import type { ArtifactId, Digest, EventEnvelope, RunId } from '@mfm/core-types'
import type { EventLine } from './event-line.ts'
import type { BundleProblem } from './problem.ts'
import { invalidBundle } from './problem.ts'

/** The last event of a run: its digest pins all before it. */
export interface StreamHead {
  readonly headSeq: number
  readonly headDigest: Digest
}

/** Follows the stream of one run as it is read: its numbers, links and facts. */
export class StreamCheck {
  readonly #runId: RunId
  /** Digest of a fact key → its payload. Keys themselves may be long. */
  readonly #facts = new Map<Digest, ArtifactId>()
  #seq = 0
  #digest: Digest | null = null

  constructor(runId: RunId) {
    this.#runId = runId
  }

  get nextSeq(): number {
    return this.#seq + 1
  }

  /** @throws MfmError `bundle_invalid` with problem `event_order`, `event_link`, `fact_conflict` */
  next({ envelope, digest }: EventLine): void {
    const { runId, seq, prev } = envelope
    if (runId !== this.#runId || seq !== this.nextSeq) {
      throw this.#problem('event_order', 'is not the event that must stand there')
    }
    if (prev !== this.#digest) throw this.#problem('event_link', 'is not linked to the one before')
    this.#checkFact(envelope)
    this.#seq = seq
    this.#digest = digest
  }

  /** @throws MfmError `bundle_invalid` with problem `event_head` where there was no event */
  head(): StreamHead {
    if (this.#digest !== null) return { headSeq: this.#seq, headDigest: this.#digest }
    throw invalidBundle('event_head', {
      message: `the run ${this.#runId} has no events`,
      details: { runId: this.#runId },
    })
  }

  #checkFact({ event }: EventEnvelope): void {
    if (event.type !== 'fact_recorded') return
    const key = sha256(event.key)
    const before = this.#facts.get(key)
    if (before === undefined) this.#facts.set(key, event.payloadId)
    else if (before !== event.payloadId) {
      throw this.#problem('fact_conflict', 'binds a fact key again, to another payload')
    }
  }

  #problem(problem: BundleProblem, text: string): Error {
    return invalidBundle(problem, {
      message: `event ${this.nextSeq} of run ${this.#runId} ${text}`,
      details: { runId: this.#runId, seq: this.nextSeq },
    })
  }
}
