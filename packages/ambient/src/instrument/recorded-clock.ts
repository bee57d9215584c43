import type { StandInClock } from '../stand-ins.ts'

/** Readings after which the clock moves by itself, so that a loop that waits for a time comes to an end. */
const READINGS_PER_MILLI = 1000

/**
 * A clock that is set by recorded times alone, and by timers that have fired: the same code reads the same times in
 * every replay. Between two recorded answers it stands still.
 */
export class RecordedClock implements StandInClock {
  readonly #start: number
  #now: number
  #readings = 0

  constructor(start: number) {
    this.#start = start
    this.#now = start
  }

  now(): number {
    this.#readings += 1
    if (this.#readings % READINGS_PER_MILLI === 0) this.#now += 1
    return this.#now
  }

  elapsed(): number {
    return this.now() - this.#start
  }

  /** What it shows, for those who read it on their own account. */
  get shown(): number {
    return this.#now
  }

  /** Never goes back. */
  moveTo(millis: number): void {
    this.#now = Math.max(this.#now, millis)
  }
}
