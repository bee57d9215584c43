import { outsideState } from '../scope.ts'
import type { RecordedClock } from './recorded-clock.ts'
import type { RecordedIo } from './recorded-io.ts'

/** The recorded calls of instrumented code: how many are under way, and the time when one has ended. */
export class Session {
  readonly io: RecordedIo
  readonly #clock: RecordedClock | undefined
  readonly #waiting: (() => void)[] = []
  #inFlight = 0

  constructor(io: RecordedIo, clock: RecordedClock | undefined) {
    this.io = io
    this.#clock = clock
  }

  get isIdle(): boolean {
    return this.#inFlight === 0
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    while (!this.isIdle) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Makes a call, and sets the clock to the recorded time of its end before the caller goes on. */
  async recorded<T>(call: () => Promise<T>): Promise<T> {
    this.#inFlight += 1
    try {
      const answer = await outsideState(call)
      await this.#moveClock()
      return answer
    } catch (error) {
      // What the call failed with says more than why the time cannot be told.
      await this.#moveClock().catch(() => undefined)
      throw error
    } finally {
      this.#inFlight -= 1
      if (this.isIdle) for (const wake of this.#waiting.splice(0)) wake()
    }
  }

  /** The same `io`, whose calls count as calls of the instrumented code. */
  around<Io extends RecordedIo>(io: Io): Io {
    const members = Object.entries(io).map(([name, member]) => [
      name,
      typeof member === 'function' ? this.#counted(name, member.bind(io)) : member,
    ])
    return Object.fromEntries(members) as Io // the same members, of the same types
  }

  #counted(
    name: string,
    member: (...args: unknown[]) => Promise<unknown>,
  ): (...args: unknown[]) => Promise<unknown> {
    return UNCOUNTED.has(name)
      ? (...args) => outsideState(() => member(...args))
      : (...args) => this.recorded(() => member(...args))
  }

  async #moveClock(): Promise<void> {
    if (this.#clock === undefined) return
    this.#clock.moveTo(await outsideState(() => this.io.now()))
  }
}

/** A wait is no call that a timer must not pass; times and noise are answered at once. */
const UNCOUNTED: ReadonlySet<string> = new Set(['sleep', 'now', 'random', 'randomBytes', 'uuid'])
