import type { ArmedFault, Fault, Trigger } from './fault.ts'

/** A fault that waits for its requests. */
export class WaitingFault implements ArmedFault {
  readonly fault: Fault
  readonly hit: Promise<boolean>
  readonly #matches: (request: string) => boolean
  readonly #settle: (isHit: boolean) => void
  #toPass: number
  #left: number
  #fired = 0
  #isDisarmed = false

  constructor(fault: Fault, { times = 1, after = 0, match }: Trigger) {
    this.fault = fault
    this.#left = times
    this.#toPass = after
    this.#matches = predicateOf(match)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.hit = promise
    this.#settle = resolve
  }

  get fired(): number {
    return this.#fired
  }

  get isDisarmed(): boolean {
    return this.#isDisarmed
  }

  matches(request: string): boolean {
    return this.#left > 0 && this.#matches(request)
  }

  /** Whether it takes a request that matches; `false` for one that may pass. */
  take(): boolean {
    if (this.#toPass > 0) {
      this.#toPass--
      return false
    }
    this.#left--
    return true
  }

  /** Its effect has come to pass. */
  fire(): void {
    this.#fired++
    this.#settle(true)
  }

  disarm(): void {
    this.#left = 0
    this.#isDisarmed = true
    this.#settle(false)
  }
}

function predicateOf(match: Trigger['match']): (request: string) => boolean {
  if (match === undefined) return () => true
  return typeof match === 'string' ? (request) => request.includes(match) : match
}
