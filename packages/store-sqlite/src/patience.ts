import { setTimeout as delay } from 'node:timers/promises'
import { hasCode } from '@mfm/errors'

const PAUSE_MILLIS = 3

/** Waits for another process to give a lock free, for a limited time and without blocking. */
export class Patience {
  readonly #limitMillis: number
  #since: number | undefined

  constructor(limitMillis: number) {
    this.#limitMillis = limitMillis
  }

  /** Whether to try again after `error`. */
  lasts(error: unknown): boolean {
    if (!hasCode(error, 'store_busy')) return false
    this.#since ??= performance.now()
    return performance.now() - this.#since < this.#limitMillis
  }

  async pause(): Promise<void> {
    await delay(PAUSE_MILLIS)
  }
}
