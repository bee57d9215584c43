import { AsyncLocalStorage } from 'node:async_hooks'
import { outsideState } from '../scope.ts'
import type { StandInTimer, StandInTimers } from '../stand-ins.ts'
import { STAND_IN_TIMER } from '../stand-ins.ts'
import type { RecordedClock } from './recorded-clock.ts'
import type { Session } from './session.ts'

/** Turns of the event loop that code gets to come to its next call before a timer fires. */
const TURNS = 3

interface Entry {
  readonly callback: () => void
  readonly millis: number
  readonly isRepeated: boolean
  due: number
}

/**
 * The timers of instrumented code. They fire one after the other, in the order in which they are due by the recorded
 * clock, and never while a recorded call is under way: so the deadline of a call that was answered has not passed,
 * live and in a replay. Live, the time until then is waited; in a replay it passes at once.
 */
export class TimerQueue implements StandInTimers, AsyncDisposable {
  /** Rejects with what a callback threw. */
  readonly failed: Promise<never>
  readonly #session: Session
  readonly #clock: RecordedClock
  readonly #fail: (error: unknown) => void
  readonly #entries = new Set<Entry>()
  /** The wait for what is due first. */
  #waiting: { readonly due: number; readonly stop: AbortController } | undefined
  #driving: Promise<void> | undefined
  #isClosed = false

  constructor(session: Session, clock: RecordedClock) {
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => undefined)
    this.failed = promise
    this.#fail = reject
    this.#session = session
    this.#clock = clock
  }

  set(callback: () => void, millis: number, isRepeated: boolean): StandInTimer {
    const entry: Entry = {
      callback: AsyncLocalStorage.bind(callback),
      millis,
      isRepeated,
      due: this.#clock.shown + millis,
    }
    this.#add(entry)
    return this.#handleOf(entry)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#entries.clear()
    this.#waiting?.stop.abort()
    await this.#driving
  }

  #handleOf(entry: Entry): StandInTimer {
    const handle: StandInTimer = {
      [STAND_IN_TIMER]: true,
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
      refresh: () => {
        this.#remove(entry)
        entry.due = this.#clock.shown + entry.millis
        this.#add(entry)
        return handle
      },
      close: () => {
        this.#remove(entry)
        return handle
      },
      [Symbol.dispose]: () => this.#remove(entry),
    }
    return handle
  }

  #add(entry: Entry): void {
    if (this.#isClosed) return
    this.#entries.add(entry)
    if (this.#waiting !== undefined && entry.due < this.#waiting.due) this.#waiting.stop.abort()
    this.#driving ??= outsideState(() => this.#drive())
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry)
  }

  async #drive(): Promise<void> {
    try {
      for (let next = this.#earliest(); next !== undefined; next = this.#earliest()) {
        if (!(await this.#isDue(next))) continue
        this.#fire(next)
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#driving = undefined
    }
  }

  /** Waits until the entry may fire; `false` where something else comes first. */
  async #isDue(entry: Entry): Promise<boolean> {
    await this.#session.idle()
    await this.#wait(entry)
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise<void>(setImmediate)
    return this.#session.isIdle && this.#earliest() === entry
  }

  async #wait(entry: Entry): Promise<void> {
    const millis = entry.due - this.#clock.shown
    if (millis <= 0 || this.#earliest() !== entry) return
    const stop = new AbortController()
    this.#waiting = { due: entry.due, stop }
    try {
      await this.#session.io.sleep(millis, { signal: stop.signal })
    } catch (error) {
      if (!stop.signal.aborted) throw error
    } finally {
      this.#waiting = undefined
    }
  }

  #fire(entry: Entry): void {
    this.#clock.moveTo(entry.due)
    if (entry.isRepeated) entry.due += entry.millis
    else this.#entries.delete(entry)
    entry.callback()
  }

  /** Of those that are due at the same time, the one that was set first. */
  #earliest(): Entry | undefined {
    let earliest: Entry | undefined
    for (const entry of this.#entries) {
      if (earliest === undefined || entry.due < earliest.due) earliest = entry
    }
    return earliest
  }
}
