/** Something that must end by a moment of `performance.now()`. */
export interface Expiring {
  readonly deadline: number
  expire(): void
}

/**
 * One timer for many deadlines, of which nearly all are met: a timer for each would be a good part of the time of a
 * call. It does not keep the process alive.
 */
export class Deadlines {
  readonly #pending: ReadonlySet<Expiring>
  #timer: NodeJS.Timeout | undefined
  #at = Number.POSITIVE_INFINITY

  /** @param pending what has not ended, kept by the caller */
  constructor(pending: ReadonlySet<Expiring>) {
    this.#pending = pending
  }

  /** To be told of every deadline when it begins. */
  watch(deadline: number): void {
    if (this.#at <= deadline) return
    clearTimeout(this.#timer)
    this.#at = deadline
    this.#timer = setTimeout(() => this.#sweep(), Math.ceil(deadline - performance.now()))
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #sweep(): void {
    const now = performance.now()
    let next = Number.POSITIVE_INFINITY
    for (const one of this.#pending) {
      if (one.deadline <= now) one.expire()
      else next = Math.min(next, one.deadline)
    }
    this.#at = Number.POSITIVE_INFINITY
    if (next < this.#at) this.watch(next)
  }
}
