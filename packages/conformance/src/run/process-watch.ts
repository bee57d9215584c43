/** What a process says about itself that no call reports: it must say nothing while a case runs (XX-14). */
export class ProcessWatch {
  readonly #seen: unknown[] = []
  readonly #onRejection = (reason: unknown): void => {
    this.#seen.push(new Error('a rejection that nobody handled', { cause: reason }))
  }
  readonly #onWarning = (warning: Error): void => {
    if (warning.name === 'MaxListenersExceededWarning') this.#seen.push(warning)
  }

  constructor() {
    process.on('unhandledRejection', this.#onRejection)
    process.on('warning', this.#onWarning)
  }

  /** Ends the watch; what was seen. */
  async end(): Promise<readonly unknown[]> {
    // Node reports a rejection as unhandled once the microtasks of its turn have run.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', this.#onRejection)
    process.off('warning', this.#onWarning)
    return this.#seen
  }
}
