import type { CallOptions, Digest, EventEnvelope, EventStore } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { EventLine } from './event-line.ts'
import { encodeLine } from './event-line.ts'
import type { BundledRun } from './manifest.ts'

/**
 * What becomes of a run: it is new in the store; what the store lacked at its end is added; it is there already;
 * the store has it and has gone further.
 */
export type ImportStatus = 'imported' | 'completed' | 'present' | 'ahead'

/** A run of the bundle beside what the store has of it. */
export class TargetRun {
  readonly run: BundledRun
  /** Last event that the store has; 0 for none. */
  readonly storedSeq: number
  readonly #events: EventStore
  readonly #options: CallOptions

  private constructor(
    run: BundledRun,
    storedSeq: number,
    { events, options }: { readonly events: EventStore; readonly options: CallOptions },
  ) {
    this.run = run
    this.storedSeq = storedSeq
    this.#events = events
    this.#options = options
  }

  static async find(run: BundledRun, events: EventStore, options: CallOptions): Promise<TargetRun> {
    return new TargetRun(run, await events.headSeq(run.runId, options), { events, options })
  }

  get status(): ImportStatus {
    if (this.storedSeq === 0) return 'imported'
    if (this.storedSeq < this.run.headSeq) return 'completed'
    return this.storedSeq === this.run.headSeq ? 'present' : 'ahead'
  }

  /**
   * Compares one event of the bundle with the store. The last one that both have decides: its digest pins all before.
   *
   * @throws MfmError `bundle_conflict` with `details.runId` and `details.seq`
   */
  async compare({ envelope: { runId, seq }, digest }: EventLine): Promise<void> {
    if (seq !== Math.min(this.storedSeq, this.run.headSeq)) return
    if ((await this.#storedDigest(seq)) === digest) return
    throw new MfmError('bundle_conflict', {
      message: `the store holds another run ${runId}: event ${seq} differs`,
      details: { runId, seq },
    })
  }

  /** Whether the store lacks an event of the bundle. */
  lacks(seq: number): boolean {
    return seq > this.storedSeq
  }

  async #storedDigest(seq: number): Promise<Digest | undefined> {
    let stored: EventEnvelope | undefined
    const range = { from: seq, to: seq }
    for await (const envelope of this.#events.read(this.run.runId, range, this.#options)) {
      stored = envelope
    }
    return stored === undefined ? undefined : encodeLine(stored).digest
  }
}
