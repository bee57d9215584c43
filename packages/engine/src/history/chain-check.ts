import type { EventEnvelope } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { RunHead } from '@mfm/io-live'
import { EMPTY_HEAD, envelopeDigest } from '@mfm/io-live'

/** Follows the links of a stream, from its beginning or from somewhere inside. */
export class ChainCheck {
  #head: RunHead | undefined

  /** The last envelope seen. */
  get head(): RunHead {
    return this.#head ?? EMPTY_HEAD
  }

  /** @throws MfmError `event_store_corruption` with `details.runId` and `details.seq` */
  next(envelope: EventEnvelope): void {
    if (!this.#follows(envelope)) {
      const { runId, seq } = envelope
      throw new MfmError('event_store_corruption', {
        message: `event ${seq} of run ${runId} is not linked to the one before`,
        details: { runId, seq },
      })
    }
    this.#head = { seq: envelope.seq, digest: envelopeDigest(envelope) }
  }

  #follows({ seq, prev }: EventEnvelope): boolean {
    if (this.#head === undefined) return seq > 1 || prev === null
    return seq === this.#head.seq + 1 && prev === this.#head.digest
  }
}
