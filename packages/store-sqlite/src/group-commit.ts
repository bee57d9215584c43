import { setImmediate as nextTurn } from 'node:timers/promises'
import { Patience } from './patience.ts'

/** A change that shares its transaction with others. */
export interface Change {
  readonly signal: AbortSignal | undefined
  /** Called within the transaction. Gives what to call once that is durable. */
  readonly apply: () => () => void
  readonly reject: (reason: unknown) => void
}

/**
 * Makes changes durable in one transaction and gives what to call then. A change that is refused gives its rejection
 * and leaves no trace in the transaction; where this throws, none of the changes was made.
 */
export type Commit = (changes: readonly Change[]) => readonly (() => void)[]

const MAX_CHANGES = 4096

/**
 * Gathers all changes that are asked for in one turn of the event loop into one transaction, so that they share its
 * wait for the disk. What queues up during a commit is the next one.
 */
export class GroupCommit {
  readonly #commit: Commit
  readonly #busyTimeoutMillis: number
  #queue: Change[] = []
  #draining: Promise<void> | undefined

  constructor(commit: Commit, busyTimeoutMillis: number) {
    this.#commit = commit
    this.#busyTimeoutMillis = busyTimeoutMillis
  }

  /**
   * Resolves to what `apply` gave when it is durable. Where `signal` is aborted before the transaction begins, it
   * rejects with the reason and nothing is done.
   */
  submit<T>(signal: AbortSignal | undefined, apply: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (): (() => void) => {
        const value = apply()
        return () => resolve(value)
      }
      this.#queue.push({ signal, apply: settle, reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Resolves when nothing is queued. */
  async idle(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining
  }

  async #drain(): Promise<void> {
    let patience = new Patience(this.#busyTimeoutMillis)
    await nextTurn()
    while (this.#queue.length > 0) {
      this.#queue = this.#queue.filter(isWanted)
      const changes = this.#queue.slice(0, MAX_CHANGES)
      const failure = this.#settle(changes)
      if (patience.lasts(failure)) {
        await patience.pause()
        continue
      }
      this.#queue.splice(0, changes.length)
      if (failure !== undefined) for (const { reject } of changes) reject(failure)
      patience = new Patience(this.#busyTimeoutMillis)
      if (this.#queue.length > 0) await nextTurn()
    }
    this.#draining = undefined
  }

  /** What was thrown, if anything. */
  #settle(changes: readonly Change[]): unknown {
    try {
      for (const settle of this.#commit(changes)) settle()
      return undefined
    } catch (error) {
      return error
    }
  }
}

/** Rejects a change whose signal is aborted. */
function isWanted({ signal, reject }: Change): boolean {
  if (signal?.aborted !== true) return true
  reject(signal.reason)
  return false
}
