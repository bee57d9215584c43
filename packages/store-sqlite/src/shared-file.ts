import { MfmError } from '@mfm/errors'
import type { Backend } from './backend.ts'

/** The file with the ports that use it; it is closed when the last of them is. */
export class SharedFile {
  readonly backend: Backend
  #claims = 0

  constructor(backend: Backend) {
    this.backend = backend
  }

  claim(): Claim {
    this.#claims++
    return new Claim(this.backend, () => this.#release())
  }

  #release(): void {
    this.#claims--
    if (this.#claims === 0) this.backend.close()
  }
}

/** One port's use of the file. */
export class Claim {
  readonly backend: Backend
  readonly #release: () => void
  #closing: Promise<void> | undefined

  constructor(backend: Backend, release: () => void) {
    this.backend = backend
    this.#release = release
  }

  /** @throws MfmError `store_closed`; the reason of an aborted signal */
  requireOpen(signal?: AbortSignal): void {
    if (this.#closing !== undefined) throw new MfmError('store_closed')
    signal?.throwIfAborted()
  }

  /** Lets what is under way finish. */
  close(): Promise<void> {
    this.#closing ??= this.backend.idle().then(this.#release)
    return this.#closing
  }
}
