import { MfmError } from '@mfm/errors'

/** Whether a port may still be used. */
export class Lifetime {
  #isClosed = false

  /** @throws MfmError `store_closed`; the reason of an aborted signal */
  requireOpen(signal?: AbortSignal): void {
    if (this.#isClosed) throw new MfmError('store_closed')
    signal?.throwIfAborted()
  }

  close(): void {
    this.#isClosed = true
  }
}
