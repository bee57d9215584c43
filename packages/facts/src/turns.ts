import { afterMicrotasks } from './after-microtasks.ts'

/** Captured, so that a program which replaces timers for its own tests does not stop its providers. */
const nextTurn = setImmediate

/** Somebody who waits for the turn to go on. */
export interface Caller {
  isReady: boolean
  release: () => void
}

/**
 * Lets the callers of one attempt go on one at a time: the next when the program has nothing left to do for the one
 * before but wait. So what a program sees does not depend on how long anything took.
 *
 * Who asks for what is known already, or for nothing that is ever recorded, goes on in the order of asking, and before
 * anybody goes on with a new fact. In which order new facts are, and whose they are, says the provider. A caller that
 * asked for a fact while it was new and not the first to go on with it comes right after the one who was.
 */
export abstract class Turns {
  readonly #known: Caller[] = []
  #isScheduled = false

  /** The first in line for a new fact. */
  protected abstract get firstNew(): Caller | undefined
  /** Whether it has to wait no longer than the program can do something; else until nothing else can happen. */
  protected abstract isDue(first: Caller): boolean
  /** Takes the first in line for a new fact out of it: it goes on. */
  protected abstract takeNew(first: Caller): void

  /** A place among those who ask for what is known. Until it is given up, nobody goes on with a new fact. */
  takePlace(): Caller {
    const caller = newCaller()
    this.joinKnown(caller)
    return caller
  }

  /** Gives a place up: what was asked for is not known. */
  leavePlace(caller: Caller): void {
    this.#known.splice(this.#known.lastIndexOf(caller), 1)
    this.schedule()
  }

  /** Gives what `read` gives, or throws what it throws, when it is the caller's turn. */
  async settleAt<T>(caller: Caller, read: () => Promise<T>): Promise<T> {
    try {
      const value = await read()
      await this.wait(caller)
      return value
    } catch (error) {
      await this.wait(caller)
      throw error
    }
  }

  /** As {@link settleAt}, for one who asks now and for what is known. */
  known<T>(read: () => Promise<T>): Promise<T> {
    return this.settleAt(this.takePlace(), read)
  }

  /** Runs an operation; what refuses it at once is thrown when it is the caller's turn, as all that comes of it. */
  begin<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return operation()
    } catch (error) {
      return this.known(() => Promise.reject(error))
    }
  }

  /** Puts somebody at the end of those who ask for what is known. */
  protected joinKnown(caller: Caller): void {
    this.#known.push(caller)
  }

  /** Resolves when it is the turn of a caller who has what it will go on with. */
  protected wait(caller: Caller): Promise<void> {
    return new Promise((resolve) => {
      caller.release = resolve
      caller.isReady = true
      this.schedule()
    })
  }

  protected schedule(): void {
    if (this.#isScheduled) return
    const first = this.#first
    if (first?.isReady !== true) return
    this.#isScheduled = true
    const isDue = this.#known.length > 0 || this.isDue(first)
    if (isDue) afterMicrotasks(() => this.#continue(first))
    else nextTurn(() => this.#continue(first))
  }

  get #first(): Caller | undefined {
    return this.#known.length > 0 ? this.#known[0] : this.firstNew
  }

  /** Lets the first go on, unless somebody has come to stand before it. */
  #continue(first: Caller): void {
    this.#isScheduled = false
    if (first === this.#first) {
      if (this.#known.length > 0) this.#known.shift()
      else this.takeNew(first)
      first.release()
    }
    this.schedule()
  }
}

/** Somebody who has asked and has no answer yet. */
export function newCaller(): Caller {
  return { isReady: false, release: nothing }
}

function nothing(): void {
  // Nobody waits yet.
}
